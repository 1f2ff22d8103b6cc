"""Finds generated files that no query file asks for any more; sqlc does not report them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.errors import GeneratorError

MANIFEST = "manifest.json"


def manifest(filenames: Iterable[str], unasked: Sequence[str] = ()) -> str:
    """The list of generated files, itself a generated file.

    It names the queries for which no database could be asked: what can be NULL there is a guess.
    """
    content = {"files": sorted(filenames)} | ({"guessed": list(unasked)} if unasked else {})
    return json.dumps(content, indent=2) + "\n"


def find_guesses(directory: Path) -> Sequence[str]:
    """The queries that no database was asked for.

    Raises GeneratorError when there is no manifest.
    """
    guessed: Sequence[str] = _read_manifest(directory).get("guessed", ())
    return guessed


def describe_guesses(queries: Sequence[str]) -> str:
    """A message about these queries."""
    return (
        f"no database was asked, and what can be NULL is a guess: {len(queries)} under `guessed` "
        f"in {MANIFEST}"
    )


def find_stale_files(directory: Path) -> list[Path]:
    """Generated files in `directory` that its manifest does not list; others do not count.

    Raises GeneratorError when there is no manifest.
    """
    expected = set(_read_manifest(directory)["files"])
    return [
        path
        for path in sorted(directory.glob("*.py"))
        if path.name not in expected and path.read_bytes().startswith(HEADER.encode())
    ]


def _read_manifest(directory: Path) -> Mapping[str, Any]:
    try:
        content: Mapping[str, Any] = json.loads((directory / MANIFEST).read_text())
    except FileNotFoundError:
        raise GeneratorError(f"{directory} has no {MANIFEST}; generate first") from None
    return content
