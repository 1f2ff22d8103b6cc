"""Starts the bank's programs as a user would, talks to them, and ends them by their pid."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import pytest

Result = TypeVar("Result")

ROOT: Final = Path(__file__).parents[2]
BANKAPP: Final = Path(sys.executable).parent / "bankapp"
STOP_TIMEOUT_S: Final = 5.0
# What we tell people to type. Theirs to have: we fetch nothing with it.
needs_curl: Final = pytest.mark.skipif(
    shutil.which("curl") is None, reason="needs curl (Debian: apt-get install curl)"
)


def until(condition: Callable[[], Result], timeout_s: float = 15.0) -> Result:
    """The first true result of `condition`, asked again and again until the timeout."""
    deadline = time.monotonic() + timeout_s
    while not (result := condition()):
        assert time.monotonic() < deadline, f"still not so after {timeout_s} s"
        time.sleep(0.01)
    return result


def environment(**settings: object) -> dict[str, str]:
    """The environment of a program under test: no settings of the developer's but PGBIN.

    Nor has it those of a `make` that runs the tests: one that is run by them would say more.
    """
    foreign = ("BANK_", "MONITOR_", "PG", "DATABASE_URL", "MAKE", "MFLAGS")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name == "PGBIN" or not name.startswith(foreign)
    }
    return {**inherited, **{name: str(value) for name, value in settings.items()}}


def processes_in(directory: Path) -> set[int]:
    """The live processes that work in `directory` or below it, as those of PostgreSQL do."""
    found: set[int] = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it has just ended
            if link.readlink().is_relative_to(directory):
                found.add(int(link.parent.name))
    return found


def children_of(pid: int) -> list[int]:
    """The processes that this one has started, oldest first."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> list[str]:
    """The command line of a process; its parent's until it has called exec."""
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


def postmaster_pid(home: Path) -> int:
    """The number of the server that runs on this data directory."""
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def run_bankapp(*arguments: str, cwd: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command of bankapp to its end."""
    return subprocess.run(
        [BANKAPP, *arguments],
        env=environment(**settings),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def failure(done: subprocess.CompletedProcess[str], exit_code: int = 1) -> str:
    """The one line with which a command failed."""
    assert done.returncode == exit_code, done
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert line.startswith("bankapp: ")
    return line.removeprefix("bankapp: ")


@dataclass(frozen=True)
class Answer:
    """A response, read."""

    status: int
    body: Any
    is_last: bool  # of its connection


class Served:
    """`bankapp serve`, on a port that is free, until the block ends."""

    program: Sequence[str | Path] = (BANKAPP,)
    command = "serve"
    ready_event = "listening"
    prefix: Sequence[str] = ()
    stdin = subprocess.DEVNULL

    def __init__(self, home: Path, *, name: str = "serve", **settings: object) -> None:
        self.home = home
        self._log = home.parent / f"{name}.log"
        self._settings: dict[str, object] = {
            "BANK_DATA_DIR": home,
            "BANK_HTTP_ADDRESS": "127.0.0.1:0",
            "BANK_BCRYPT_COST": 4,
            "BANK_LOG_FORMAT": "json",
            "BANK_RATE_LIMITS": "off",
            **settings,
        }

    def __enter__(self) -> Self:
        """Start it, not waiting until it serves."""
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                # A background job of a shell ignores Ctrl-C; the bank under test shall not.
                ["env", "--default-signal=INT,HUP", *self.prefix, *self.program, self.command],
                env=environment(**self._settings),
                cwd=self.home.parent,
                stdin=self.stdin,
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, gently unless it does not listen."""
        try:
            self.process.terminate()
            self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()

    def wait(self) -> Self:
        """Wait until it serves."""
        until(lambda: self.event(self.ready_event) or self.process.poll() is not None, 30)
        assert self.process.poll() is None, self.log()
        return self

    def log(self) -> str:
        """All it wrote."""
        return self._log.read_text()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines logged about an event."""
        lines = self.log().splitlines(keepends=True)
        whole = (json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n"))
        return [fields for fields in whole if fields["event"] == name]

    def event(self, name: str) -> dict[str, Any] | None:
        """The first line logged about an event."""
        return next(iter(self.events(name)), None)

    def failure(self, exit_code: int = 1) -> str:
        """The one line with which it ended."""
        code = self.process.wait(30)
        return failure(subprocess.CompletedProcess([], code, "", self.log()), exit_code)

    def stop(self, signal_number: int) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(STOP_TIMEOUT_S)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        listening = self.event("listening")
        assert listening is not None
        parts = urlsplit(str(listening["url"]))
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        key: str | None = None,
    ) -> Answer:
        """One request on a connection of its own, perhaps under an idempotency key."""
        listening = self.event("listening")
        assert listening is not None
        address = urlsplit(str(listening["url"]))
        assert address.hostname is not None
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        connection = http.client.HTTPConnection(*self.address, timeout=15)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            is_last = response.headers["Connection"] == "close"
            return Answer(response.status, json.loads(response.read()), is_last)
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        answer = self.ask("GET", "/readyz")
        assert answer.status in (200, 503), answer
        return answer.status == 200

    def log_in(self, username: str, password: str) -> str:
        """An access token."""
        answer = self.ask("POST", "/v1/users/login", {"username": username, "password": password})
        assert answer.status == 200, answer
        return str(answer.body["access_token"])

    def log_in_admin(self) -> str:
        """An access token of the first admin."""
        return self.log_in("admin", (self.home / "admin_password").read_text())

    def open_account(self) -> int:
        """The id of a new customer's account."""
        person = {
            "username": "alice",
            "password": "correct horse battery staple",
            "full_name": "Alice",
            "email": "alice@example.com",
        }
        assert self.ask("POST", "/v1/users", person).status == 201
        token = self.log_in(person["username"], person["password"])
        account = self.ask("POST", "/v1/accounts", {"currency": "USD"}, token=token)
        assert account.status == 201, account
        return int(account.body["id"])

    def deposit(self, account_id: int, amount: int, token: str) -> Answer:
        """Cash paid in by a banker."""
        body = {"amount": amount, "currency": "USD"}
        return self.ask("POST", f"/v1/accounts/{account_id}/deposits", body, token=token)


class Working(Served):
    """`bankapp work` until the block ends."""

    command = "work"
    ready_event = "working"
