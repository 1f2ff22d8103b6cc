"""Processes that own embedded servers, and what works in their directories."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from own_postgres import find_binaries

Result = TypeVar("Result")

TESTS: Final = Path(__file__).parents[1]
SOURCE: Final = TESTS.parent / "src"
_PGBIN: Final = os.environ.get("PGBIN")
# Those of `PGBIN`, or of the installed package.
BINARIES: Final = find_binaries(Path(_PGBIN) if _PGBIN else None)


def until(condition: Callable[[], Result], timeout_s: float = 15.0) -> Result:
    """The first true result of `condition`, asked again and again until the timeout."""
    deadline = time.monotonic() + timeout_s
    while not (result := condition()):
        assert time.monotonic() < deadline, f"still not so after {timeout_s} s"
        time.sleep(0.01)
    return result


def processes_in(directory: Path) -> set[int]:
    """The live processes that work in `directory` or below it, as those of PostgreSQL do."""
    found: set[int] = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it has just ended
            if link.readlink().is_relative_to(directory):
                found.add(int(link.parent.name))
    return found


def postmaster_pid(home: Path) -> int:
    """The number of the server that runs on this data directory."""
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def path_with_only(scratch: Path, *programs: str) -> str:
    """A value of PATH on which nothing but these programs is found."""
    directory = scratch / "path"
    directory.mkdir()
    for program in programs:
        real = shutil.which(program)
        assert real is not None, f"these tests need {program}"
        (directory / program).symlink_to(real)
    return str(directory)


class Owner:
    """A process that owns an embedded server on `home` until the block ends."""

    def __init__(
        self,
        home: Path,
        *,
        prefix: Sequence[str] = (),
        python: str = sys.executable,
        **variables: str,
    ) -> None:
        site_packages = next(path for path in sys.path if path.endswith("site-packages"))
        self.home = home
        self._command = [*prefix, python, "-m", "postgres_tests.owner", str(home)]
        self._environment = {
            **os.environ,
            "PYTHONPATH": f"{SOURCE}:{TESTS}:{site_packages}",
            **variables,
        }
        self.url = ""

    def __enter__(self) -> Self:
        """Start it, not waiting for the server."""
        self.process = subprocess.Popen(
            self._command,
            env=self._environment,
            cwd=self.home.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self

    def wait(self) -> Self:
        """Wait until the server runs."""
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.failure()
        return self

    def failure(self) -> str:
        """Why it could not start."""
        assert self.process.wait(15) == 1
        assert self.process.stderr is not None
        return self.process.stderr.read().strip()

    def kill(self) -> None:
        """Kill the process by SIGKILL."""
        self.process.kill()
        self.process.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, gently unless it was killed."""
        try:
            self.process.communicate(timeout=15)
        finally:
            self.kill()
