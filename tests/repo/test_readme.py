"""The README's session works to the letter, and prints what the README shows."""

import re
import subprocess
import sys
from pathlib import Path

from tests.processes.processes import Served, environment, needs_curl

COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
CHANGING = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"[0-9a-f]{32}"), "ID"),
    (re.compile(r"\d+\.\d\d s"), "DURATION"),
]


def session(readme: str) -> list[tuple[str, str]]:
    """The commands of `A first transfer` and what each prints."""
    [section] = re.findall(r"^## A first transfer\n(.*?)^## ", readme, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```console\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [found for block in blocks for found in COMMAND.findall(block)]


def settled(text: str) -> str:
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return text


@needs_curl
def test_a_first_transfer(root: Path, scratch: Path) -> None:
    steps = session((root / "README.md").read_text())
    assert len(steps) > 10
    home = scratch / ".bank"
    (scratch / ".venv").symlink_to(root / ".venv")
    with Served(home) as served:
        served.wait()
        event = served.event("listening")
        assert event is not None
        script = "".join(f"{command}\nprintf '\\0'\n" for command, _ in steps)
        script = script.replace("http://127.0.0.1:8080", event["url"])
        done = subprocess.run(
            ["bash", "-eu", "-c", script],
            cwd=scratch,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        served.stop(2)
    printed = done.stdout.split("\0")[:-1]
    for (command, expected), actual in zip(steps, printed, strict=True):
        assert settled(actual) == settled(expected), command


def test_from_a_program(root: Path, scratch: Path) -> None:
    readme = (root / "README.md").read_text()
    [section] = re.findall(r"^## From a program\n(.*?)^## ", readme, re.MULTILINE | re.DOTALL)
    [program] = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    [expected] = re.findall(r"^```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    with Served(scratch / ".bank") as served:
        served.wait()
        event = served.event("listening")
        assert event is not None
        done = subprocess.run(
            [sys.executable, "-c", program.replace("http://127.0.0.1:8080", event["url"])],
            cwd=scratch,
            env=environment(PYTHONPATH=root),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    assert done.stdout == expected
