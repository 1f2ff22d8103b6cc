"""The commands of the front page work to the letter in a terminal."""

import html
import json
import re
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

from tests.processes.processes import Served, environment, needs_curl


def _ask(url: str, body: dict[str, str], token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def _arrive(origin: str) -> None:
    """Do the page's steps in the browser: Alice and Bob sign up and open an account."""
    with urllib.request.urlopen(f"{origin}/openapi.json") as response:
        paths = json.load(response)["paths"]
    shown = paths["/v1/users"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    for name in ("alice", "bob"):
        person = shown[name]["value"]
        _ask(f"{origin}/v1/users", person)
        credentials = {"username": name, "password": person["password"]}
        token = _ask(f"{origin}/v1/users/login", credentials)["access_token"]
        _ask(f"{origin}/v1/accounts", {"currency": "USD"}, token)


@needs_curl
def test_the_front_pages_terminal(scratch: Path) -> None:
    with Served(scratch / ".bank") as served:
        event = served.wait().event("listening")
        assert event is not None
        _arrive(event["url"])
        with urllib.request.urlopen(event["url"]) as response:
            [script] = re.findall(r"<pre>(.*?)</pre>", response.read().decode(), re.DOTALL)
        done = subprocess.run(
            ["bash", "-eu", "-c", html.unescape(script)],
            cwd=scratch,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    deposit, paid, entries = map(json.loads, done.stdout.splitlines())
    assert (deposit["kind"], deposit["amount"]) == ("deposit", 10000)
    assert paid["from_account"]["balance"] == 8950
    assert [entry["amount"] for entry in entries["items"]] == [-1050, 10000]
