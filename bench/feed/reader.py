"""Reads the feed until its standard input ends, then prints how much and how late.

It is a process of its own: `python -m bench.feed.reader URL TOKEN TYPES`.
"""

import http.client
import json
import select
import sys
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

LIMIT = 500
WAIT_S = 1


def main(url: str, token: str, types: str) -> None:
    """Read from the end of the feed, as fast as it is answered."""
    place = urlsplit(url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port)
    headers = {"Authorization": f"Bearer {token}"}

    def page(query: str) -> dict[str, Any]:
        connection.request("GET", f"/v1/events?{query}", headers=headers)
        with connection.getresponse() as response:
            answer: dict[str, Any] = json.load(response)
            assert response.status == 200, answer
            return answer

    cursor = page("cursor=last")["next_cursor"]
    print("reading", flush=True)
    delays_ms: list[float] = []
    while not select.select([sys.stdin], [], [], 0)[0]:
        answer = page(f"types={types}&limit={LIMIT}&wait_s={WAIT_S}&cursor={cursor}")
        cursor = answer["next_cursor"]
        now = time.time()
        delays_ms += [
            (now - datetime.fromisoformat(event["timestamp"]).timestamp()) * 1000
            for event in answer["items"]
        ]
    print(json.dumps(delays_ms))


main(*sys.argv[1:])
