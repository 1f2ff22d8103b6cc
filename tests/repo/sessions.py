"""Runs the commands of a document as a reader would type them."""

import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Timer
from typing import Any, Final, NamedTuple

from tests.monitor.program import Monitoring
from tests.processes.processes import ROOT, Served, Working, environment
from tests.repo.markdown import Block, blocks

ORIGIN: Final = "http://127.0.0.1:8080"
MONITOR: Final = "http://127.0.0.1:8090"
# The port of a program of a reader.
RECEIVER: Final = "8765"
COMMAND_TIMEOUT_S: Final = 120
_STEP: Final = re.compile(r"^\$ (.*\n(?:>.*\n)*)((?:(?!\$ ).*\n)*)", re.MULTILINE)
# These go on until Ctrl-C, in a terminal of their own.
_SERVER: Final = re.compile(
    r"(?P<settings>(?:[A-Z_]+=\S+ )*)"
    r"(?:make (?P<target>run|run-monitor)|\.venv/bin/bankapp (?P<command>serve|work))"
)
_COMMENT: Final = re.compile(r"\s+# .*")
_CHANGING: Final = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}"), "ID"),
    (re.compile(r"\d+\.\d\d s"), "DURATION"),
]
_OMITTED: Final = "…"


class Step(NamedTuple):
    """A command, and the output that the document shows below it."""

    command: str
    output: str


def steps(document: str) -> list[Step]:
    """Everything that a document has the reader run: its console blocks and its programs.

    A program is a Python block with its output in a text block right behind it.
    """
    found: list[Step] = []
    for block, successor in pairwise([*blocks(document), Block("", "")]):
        if block.language == "console":
            found += _steps_of(block.text)
        elif (block.language, successor.language) == ("python", "text"):
            found.append(Step(f".venv/bin/python -c {shlex.quote(block.text)}", successor.text))
    return found


def _steps_of(text: str) -> list[Step]:
    return [
        Step(_COMMENT.sub("", re.sub(r"\n> ?", "\n", command).strip()), output)
        for command, output in _STEP.findall(text)
    ]


def shows(expected: str, actual: str) -> bool:
    """Whether a document shows this output, but for what differs from run to run or is left out."""
    pattern = ".*".join(map(re.escape, _settle(expected).split(_OMITTED)))
    return re.fullmatch(pattern, _settle(actual), re.DOTALL) is not None


def _settle(text: str) -> str:
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text


class Checkout:
    """A checkout in a scratch directory, its shell, and the servers that its reader has started."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._directory = directory
        self._servers = stack.enter_context(ExitStack())
        self._places = {ORIGIN: ORIGIN, MONITOR: MONITOR, RECEIVER: str(_free_port())}
        self._shell = stack.enter_context(
            subprocess.Popen(
                ["bash", "-eu"],
                cwd=directory,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        # What every target prepares is there.
        self.run('make() { command make -o setup -o node-tools "$@"; }')

    def run(self, command: str) -> str:
        """The output of a command; empty for a server, which goes on in the background."""
        if server := _SERVER.fullmatch(command):
            self._serve(server["target"] or server["command"], server["settings"])
            return ""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        for shown, real in self._places.items():
            command = command.replace(shown, real)
        self._shell.stdin.write(f"{command}\nprintf '\\0'\n")
        self._shell.stdin.flush()
        printed = ""
        patience = Timer(COMMAND_TIMEOUT_S, self._shell.kill)
        patience.start()
        while not printed.endswith("\0"):
            character = self._shell.stdout.read(1)
            assert character, f"{command} failed or did not end: {printed}"
            printed += character
        patience.cancel()
        printed = printed[:-1]
        for shown, real in self._places.items():
            printed = printed.replace(real, shown)
        return printed

    def _serve(self, command: str, settings: str) -> None:
        variables: dict[str, Any] = dict(word.split("=", 1) for word in settings.split())
        home = self._directory / ".bank"
        if command == "work":
            self._servers.enter_context(Working(home, name="work", **variables)).wait()
            return
        if command == "run-monitor":
            self._places[MONITOR] = self._watch(variables)
            return
        self._servers.close()
        served = self._servers.enter_context(Served(home, **variables)).wait()
        self._places[ORIGIN] = _url_of(served)

    def _watch(self, variables: dict[str, Any]) -> str:
        variables = {"MONITOR_BANK_URL": self._places[ORIGIN], **variables}
        monitor = Monitoring(self._directory / ".monitor", **variables)
        return _url_of(self._servers.enter_context(monitor).wait())


def _url_of(served: Served) -> str:
    event = served.event("listening")
    assert event is not None
    return str(event["url"])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def checkout(directory: Path, stopped_bank: Path) -> Generator[Checkout]:
    """A copy of the repository as a reader has it, with the tools of this one.

    The data of `stopped_bank` are there, so that a start has nothing to migrate.
    """
    hidden = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    shutil.copytree(ROOT, directory, ignore=hidden, dirs_exist_ok=True)
    shutil.copytree(stopped_bank, directory / ".bank")
    shutil.copy(ROOT / ".env.example", directory)
    _link(ROOT / ".venv", directory / ".venv", without=[".ready", ".sqlc"])
    with ExitStack() as stack:
        yield Checkout(directory, stack)


def _link(source: Path, target: Path, *, without: Sequence[str]) -> None:
    """Make a directory that holds what another one holds."""
    target.mkdir()
    for path in source.iterdir():
        if path.name not in without:
            (target / path.name).symlink_to(path)
