"""The wheel, installed alone, runs the program of its README."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).parents[2]
UV: Final = Path(sys.executable).parent / "uv"


def uv(*command: object) -> None:
    """Run uv with its cache alone, or else with the network."""
    for mode in ("--offline", "--quiet"):
        call = [UV, *map(str, command), mode]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    pytest.fail(f"uv {command[0]}: {done.stderr}")


@pytest.fixture
def python(scratch: Path) -> Path:
    """The interpreter of a new virtual environment with the wheel and what it requires."""
    uv("build", "--out-dir", scratch / "wheel", PACKAGE)
    [wheel] = (scratch / "wheel").glob("*.whl")
    uv("venv", "--python", sys.executable, scratch / "venv")
    python = scratch / "venv" / "bin" / "python"
    uv("pip", "install", "--python", python, wheel)
    return python


def test_the_program_of_the_readme(python: Path, scratch: Path) -> None:
    readme = (PACKAGE / "README.md").read_text()
    [(program, expected)] = re.findall(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", readme, re.DOTALL
    )
    assert run(python, scratch, program) == expected
    found = run(python, scratch, "import own_postgres; print(own_postgres.__file__)")
    assert Path(found.strip()).is_relative_to(scratch)
    assert Path(found.strip()).with_name("py.typed").exists()


def test_a_command_with_a_database(python: Path, scratch: Path) -> None:
    asks = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    command = [str(python), "-m", "own_postgres", str(python), "-c", asks]
    done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=True)
    assert done.stdout == "postgres\n"


def run(python: Path, directory: Path, program: str) -> str:
    """What a program prints."""
    command = [str(python), "-c", program]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
