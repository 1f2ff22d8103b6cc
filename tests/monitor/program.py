"""Starts `bankapp-monitor` as a user would, and asks it."""

import subprocess
from pathlib import Path
from typing import Any

from tests.processes.processes import BANKAPP, Served, environment

PROGRAM = BANKAPP.with_name("bankapp-monitor")


class Monitoring(Served):
    """`bankapp-monitor`, on a port that is free, until the block ends."""

    program = ()
    command = str(PROGRAM)

    def __init__(self, home: Path, *, name: str = "monitor", **settings: object) -> None:
        defaults: dict[str, object] = {
            "MONITOR_DATA_DIR": home,
            "MONITOR_HTTP_ADDRESS": "127.0.0.1:0",
            "MONITOR_LOG_FORMAT": "json",
        }
        super().__init__(home, name=name, **{**defaults, **settings})

    @property
    def token(self) -> str:
        """The token that it has generated."""
        return (self.home / "access_token").read_text()

    def answer(self, path: str) -> Any:
        """What it answers."""
        answer = self.ask("GET", path, token=self.token)
        assert answer.status == 200, answer
        return answer.body


def run_monitor(*arguments: str, cwd: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment(**settings),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def failure(done: subprocess.CompletedProcess[str], exit_code: int = 1) -> str:
    """The one line with which it failed."""
    assert done.returncode == exit_code, done
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert line.startswith("bankapp-monitor: ")
    return line.removeprefix("bankapp-monitor: ")
