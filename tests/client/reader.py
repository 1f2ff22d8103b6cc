"""A reader of the feed as a program: python -m tests.client.reader URL ACCESS_TOKEN FILE.

It appends the id of each event to a file, which is all its work and its cursor in one.
"""

import os
import sys
from pathlib import Path

from bankapp_client import Client, Tokens


def main(url: str, access_token: str, file: Path) -> None:
    """Follow the feed for ever, from where the file ends."""
    done = file.read_text().split() if file.exists() else []
    target = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with Client(url, tokens=Tokens(access_token, "")) as client:
        for event in client.follow_events(cursor=done[-1] if done else None, page_size=7):
            os.write(target, f"{event.id}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
