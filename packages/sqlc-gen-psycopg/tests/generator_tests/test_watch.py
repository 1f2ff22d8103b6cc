"""Compiling on every save."""

import shlex
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sqlc_gen_psycopg.watch import describe_changes, methods_in

MODULE = '''\
GET: Final = """SELECT 1"""

class Querier:
    def __init__(self): ...
    def get(self):
        return self.execute(GET)
'''


def test_a_method_is_its_code_and_its_sql(tmp_path: Path) -> None:
    path = tmp_path / "things.py"
    path.write_text(MODULE)
    before = methods_in(tmp_path)
    assert before.keys() == {"things.get"}
    path.write_text(MODULE.replace("SELECT 1", "SELECT 2"))
    changed = methods_in(tmp_path)
    assert describe_changes(before, changed) == ["things.get changed"]
    path.write_text(MODULE.replace("def get(", "def find("))
    assert describe_changes(before, methods_in(tmp_path)) == ["things.find new", "things.get gone"]
    assert describe_changes(before, before) == []


@contextmanager
def watching(directory: Path) -> Generator["subprocess.Popen[str]"]:
    """`watch` with a command that copies source.py to gen, or fails when it holds no Python."""
    command = "python -m py_compile db/things.py && cp db/things.py gen/things.py"
    process = subprocess.Popen(
        [
            *(Path(sys.executable).parent / "sqlc-gen-psycopg", "watch", "gen", "db", "--"),
            *("sh", "-c", command.replace("python", shlex.quote(sys.executable))),
        ],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


def save(path: Path, text: str) -> None:
    """Write a file as editors do: never half of it is there."""
    fresh = path.parent.parent / "fresh"
    fresh.write_text(text)
    fresh.replace(path)


def test_a_save_that_changes_nothing_is_not_compiled(tmp_path: Path) -> None:
    """Nor is what an editor keeps beside the file: only the second change is reported."""
    source = tmp_path / "db" / "things.py"
    source.parent.mkdir()
    (tmp_path / "gen").mkdir()
    source.write_text(MODULE)
    with watching(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("things.get new\n")
        assert process.stdout.readline() == "watching db\n"
        save(source.with_name(".things.py.swp"), "x")
        save(source, MODULE)
        save(source, MODULE.replace("SELECT 1", "SELECT 2"))
        assert process.stdout.readline().endswith("things.get changed\n")
        save(source, MODULE)
        assert process.stdout.readline().endswith("things.get changed\n")


def test_every_save_is_compiled_and_reported(tmp_path: Path) -> None:
    source = tmp_path / "db" / "things.py"
    source.parent.mkdir()
    (tmp_path / "gen").mkdir()
    source.write_text(MODULE)
    with watching(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith("things.get new\n")
        assert process.stdout.readline() == "watching db\n"
        save(source, MODULE.replace("SELECT 1", "SELECT 2"))
        assert process.stdout.readline().endswith("things.get changed\n")
        save(source, "def broken(")
        assert "things.py" in process.stdout.readline()
        assert "def broken(" in process.stdout.readline()


@pytest.mark.parametrize(
    "arguments", [["watch"], ["watch", "gen", "db"], ["watch", "gen", "--", "x"]]
)
def test_a_wrong_call_says_how(arguments: list[str]) -> None:
    program = Path(sys.executable).parent / "sqlc-gen-psycopg"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage:" in done.stderr
