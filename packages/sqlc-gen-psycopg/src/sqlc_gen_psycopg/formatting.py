"""Formats the written files with ruff."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlc_gen_psycopg.errors import GeneratorError

LINE_LENGTH = 100
STYLE = ("--isolated", "--quiet", "--no-cache", "--target-version=py311")


def format_files(files: Mapping[str, str], package: str) -> dict[str, str]:
    """Drop unused imports, sort the others, and fold the lines of every Python file."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            (Path(directory) / name).write_text(text)
        first_party = f'lint.isort.known-first-party=["{package.split(".", maxsplit=1)[0]}"]'
        width = f"line-length={LINE_LENGTH}"
        _ruff("check", "--select=F401,I", "--fix", f"--config={first_party}", directory)
        _ruff("format", f"--config={width}", directory)
        return {name: (Path(directory) / name).read_text() for name in files}


def _ruff(command: str, *arguments: str) -> None:
    call = [sys.executable, "-m", "ruff", command, *STYLE, *arguments]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GeneratorError(f"the written code is not valid Python: {done.stdout}{done.stderr}")
