"""Finds generated files that no query file asks for any more; sqlc does not report them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.errors import GeneratorError

MANIFEST = "manifest.json"


def manifest(filenames: Iterable[str], unasked: Sequence[str] = ()) -> str:
    """The list of generated files, itself a generated file.

    It names the queries for which no database could be asked: what can be NULL there is a guess.
    """
    content = {"files": sorted(filenames)} | ({"guessed": list(unasked)} if unasked else {})
    return json.dumps(content, indent=2) + "\n"


def find_stale_files(directory: Path) -> list[Path]:
    """Generated files in `directory` that its manifest does not list; others do not count.

    Raises GeneratorError when there is no manifest.
    """
    try:
        expected = set(json.loads((directory / MANIFEST).read_text())["files"])
    except FileNotFoundError:
        raise GeneratorError(f"{directory} has no {MANIFEST}; generate first") from None
    return [
        path
        for path in sorted(directory.glob("*.py"))
        if path.name not in expected and path.read_bytes().startswith(HEADER.encode())
    ]
