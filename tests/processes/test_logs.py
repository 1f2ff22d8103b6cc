"""The log: one line for each request, and nothing in it that anybody sent."""

import http.client
import json
import os
import re
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bankapp.postgres.database import DATABASE
from own_postgres import EmbeddedServer
from tests.postgresql import BINARIES
from tests.processes.processes import Served, environment, until

PASSWORD = "tr0mbone-Fjord"
NEXT_PASSWORD = "zither-Glac1er"
LAST_PASSWORD = "cymbal-Tundra9"
WRONG = "wrong-Secret-1"
KEY = "idempotency-Secret-1"
TOKEN_KEY = "0123456789abcdef" * 4
SECRETS = {PASSWORD, NEXT_PASSWORD, LAST_PASSWORD, WRONG, KEY, TOKEN_KEY}
LOUD: dict[str, Any] = {
    "BANK_LOG_LEVEL": "debug",
    "BANK_SLOW_QUERY_MS": 0,
    "BANK_TOKEN_KEYS": TOKEN_KEY,
}
REQUEST_LINE = {
    *("event", "level", "timestamp"),
    *("request_id", "method", "operation", "actor", "status", "duration_ms"),
}


class ServedToPeople(Served):
    """Its log is for people."""

    def event(self, name: str) -> dict[str, Any] | None:
        """The event of the line with a URL."""
        found = re.search(rf"^\S+ info +{name} url=(\S+)\n", self.log(), re.MULTILINE)
        return {"url": found[1]} if found else None


def send(
    served: Served, method: str, path: str, body: object = None, token: str = "", **headers: str
) -> tuple[int, Any]:
    """One request that may hold anything; status and body."""
    connection = http.client.HTTPConnection(*served.address, timeout=15)
    all_headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    all_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, json.dumps(body) if body else None, all_headers)
        response = connection.getresponse()
        content = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(content) if is_json else content


def mailed_codes(home: Path, count: int) -> list[dict[str, str]]:
    """The codes in the mails so far, the oldest first, each with the id of its address."""
    until(lambda: len(list((home / "mail").glob("*.eml"))) >= count)
    found: list[dict[str, str]] = []
    for path in sorted((home / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
        parts = message_from_bytes(path.read_bytes()).walk()
        [text] = [part for part in parts if part.get_content_type() == "text/plain"]
        payload = text.get_payload(decode=True)
        assert isinstance(payload, bytes)
        links = re.findall(r"email_id=(\d+)", payload.decode())
        [code] = re.findall(r"[\w-]{43}", payload.decode())[:1]
        found.append({"email_id": "".join(links), "secret_code": code})
    return found


def live(served: Served, home: Path) -> set[str]:
    """Everything that is done with secrets, well and badly; the secrets that came of it."""
    user = {"username": "alice", "password": PASSWORD, "full_name": "A", "email": "a@example.com"}
    assert send(served, "POST", "/v1/users", user, Idempotency_Key=KEY)[0] == 201
    assert send(served, "POST", "/v1/users", user, Idempotency_Key=KEY)[0] == 201
    [link] = mailed_codes(home, 1)
    page = f"/v1/verify_email?email_id={link['email_id']}&secret_code={link['secret_code']}"
    assert send(served, "GET", page)[0] == 200
    email_id = int(link["email_id"])
    verify = {"email_id": email_id, "secret_code": link["secret_code"]}
    assert send(served, "POST", "/v1/verify_email", {**verify, "secret_code": WRONG})[0] == 404
    assert send(served, "POST", "/v1/verify_email", verify)[0] == 200
    for bad in (
        {"username": "alice", "password": WRONG},
        {"username": PASSWORD, "password": PASSWORD},  # in the wrong field
        {"username": "alice", "password": PASSWORD, WRONG: WRONG},
        {"username": ["alice"], "password": {WRONG: WRONG}},
    ):
        assert send(served, "POST", "/v1/users/login", bad)[0] in (401, 422)
    status, first = send(
        served, "POST", "/v1/users/login", {k: user[k] for k in ("username", "password")}
    )
    assert status == 200
    renewal = {"refresh_token": first["refresh_token"]}
    status, second = send(served, "POST", "/v1/tokens/renew_access", renewal)
    assert status == 200
    token = second["access_token"]
    assert send(served, "GET", f"/v1/users/{WRONG}", None, token)[0] == 404
    assert send(served, "GET", f"/{WRONG}?{WRONG}={WRONG}", None, token)[0] == 404
    assert send(served, "GET", "/v1/accounts", None, WRONG, Cookie=WRONG)[0] == 401
    change = {"password": NEXT_PASSWORD, "current_password": PASSWORD}
    fail(served, home, token, change)
    assert send(served, "PATCH", "/v1/users/alice", change, token)[0] == 200
    twice = send(served, "POST", "/v1/tokens/renew_access", renewal, User_Agent="another")
    assert twice[0] == 401
    assert send(served, "POST", "/v1/password_resets", {"email": user["email"]})[0] == 202
    reset = mailed_codes(home, 2)[-1]["secret_code"]
    confirm = {"token": reset, "password": LAST_PASSWORD}
    assert send(served, "POST", "/v1/password_resets/confirm", confirm)[0] == 204
    tokens = {
        session[name] for session in (first, second) for name in ("access_token", "refresh_token")
    }
    return {link["secret_code"], reset, *tokens}


def fail(served: Served, home: Path, token: str, change: dict[str, str]) -> None:
    """A bug whose message quotes the row, a lock that is waited for, a connection that breaks."""
    server = EmbeddedServer(home, BINARIES)
    with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
        connection.execute("ALTER TABLE users ADD CONSTRAINT broken CHECK (full_name <> 'B')")
        user = {"username": "bob", "password": PASSWORD, "full_name": "B", "email": "b@example.com"}
        assert send(served, "POST", "/v1/users", user)[0] == 500
        with connection.transaction():
            connection.execute("SELECT FROM users WHERE username = 'alice' FOR UPDATE")
            assert send(served, "PATCH", "/v1/users/alice", change, token)[0] == 503
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'bankapp'"
        )
        until(lambda: send(served, "GET", "/v1/users/alice", None, token)[0] == 200)


@pytest.mark.parametrize("served_as", [Served, ServedToPeople], ids=["json", "console"])
def test_no_secret_is_logged(home: Path, served_as: type[Served]) -> None:
    """Goal: a log may be read by anybody. Method: do all that has a secret, with every line on.

    The database quotes a whole row in the message of one failure; its traceback is logged.
    """
    form = "json" if served_as is Served else "console"
    with served_as(home, BANK_LOG_FORMAT=form, **LOUD) as served:
        secrets = SECRETS | live(served.wait(), home)
    log = served.log()
    assert "psycopg.errors.CheckViolation of broken" in log
    assert "LockNotAvailable" in log
    assert "slow query" in log
    assert "unavailable" in log
    assert {secret for secret in secrets if secret in log} == set()
    assert "$2b$" not in log
    assert "@example.com" not in log


def test_a_request_is_one_line(home: Path) -> None:
    started = datetime.now(UTC)
    with Served(home, BANK_SLOW_QUERY_MS=0) as served:
        token = served.wait().log_in_admin()
        assert send(served, "GET", "/v1/users/nobody", None, token, X_Request_Id="r-1")[0] == 404
        assert send(served, "GET", "/v1/users/nobody", X_Request_Id="r-2")[0] == 401
        assert send(served, "PUT", "/nothing", {}, X_Request_Id="r-3")[0] == 404
    lines = [json.loads(line) for line in served.log().splitlines()]
    by_id = {line["request_id"]: line for line in lines if line["event"] == "request"}
    assert all(line.keys() == REQUEST_LINE for line in by_id.values())
    times = [datetime.fromisoformat(line["timestamp"]) for line in lines]
    assert started < times[0]
    assert times == sorted(times)
    shown = [
        tuple(by_id[f"r-{number}"][name] for name in ("method", "operation", "actor", "status"))
        for number in (1, 2, 3)
    ]
    assert shown == [
        ("GET", "get_user", "admin", 404),
        ("GET", "get_user", None, 401),
        ("PUT", None, None, 404),
    ]
    slow = [
        line for line in lines if line["event"] == "slow query" and "r-1" in line["request_ids"]
    ]
    assert [line["query"] for line in slow] == ["ListSessionCallers", "GetUser"]


def test_level(home: Path) -> None:
    with Served(home, BANK_LOG_LEVEL="warning", BANK_SLOW_QUERY_MS=0) as served:
        until(lambda: "slow query" in served.log(), 30)
    levels = [json.loads(line)["level"] for line in served.log().splitlines()]
    assert set(levels) == {"warning"}


STRAY = """
import asyncio, gc, logging
from bankapp.telemetry.logs import configure_logs
from bankapp.processes.observation import observing
from bankapp.settings import Settings

async def break_down():
    secret = "-".join(("hunter", "2"))  # since Python 3.13 what is given with -c is shown as well
    raise ValueError(secret) from KeyError(secret)

async def main():
    async with observing(Settings()):
        task = asyncio.create_task(break_down())
        await asyncio.wait({task})
        del task
        gc.collect()
        try:
            await break_down()
        except ValueError:
            logging.getLogger("some.library").exception("it broke")

configure_logs("json")
asyncio.run(main())
"""


def test_other_loggers_log_only_the_kind_of_an_error(scratch: Path) -> None:
    """The error of a task that is never awaited, and one that a library logs."""
    done = subprocess.run(
        [sys.executable, "-c", STRAY],
        env=environment(),
        cwd=scratch,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["stray error", "it broke"]
    for line in lines:
        assert "builtins.KeyError\n" in line["exception"]
        assert line["exception"].endswith("builtins.ValueError")
        assert "in break_down" in line["exception"]
    assert "hunter-2" not in done.stderr


def test_a_closed_log_pipe_stops_nothing(scratch: Path) -> None:
    code = (
        "import structlog; from bankapp.telemetry.logs import configure_logs; "
        "configure_logs('json'); "
        "log = structlog.get_logger(); log.warning('one'); log.warning('two'); print('went on')"
    )
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=scratch,
            stdout=subprocess.PIPE,
            stderr=pipe,
            check=False,
            text=True,
        )
    assert done.stdout == "went on\n"
