"""python -m bankapp.contract write|verify DIRECTORY OPENAPI ASYNCAPI."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

USAGE = """\
usage: python -m bankapp.contract write DIRECTORY OPENAPI ASYNCAPI
           write the client and both documents, unless nothing they are made of has changed
       python -m bankapp.contract verify DIRECTORY OPENAPI ASYNCAPI
           fail when they are not what would be written"""
# Holds the digest of the last `write`. Comparing it takes 0.05 s; loading the bank takes 1.5 s.
STAMP: Final = Path(sys.prefix, ".contract")


class Places(NamedTuple):
    """Where the client and the documents are."""

    client: Path
    openapi: Path
    asyncapi: Path


def main() -> int:
    """Exit codes: 0; 1 if a file differs from its newly written text; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write", client, openapi, asyncapi]:
            return _write(Places(Path(client), Path(openapi), Path(asyncapi)))
        case ["verify", client, openapi, asyncapi]:
            return _verify(Places(Path(client), Path(openapi), Path(asyncapi)))
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def _write(places: Places) -> int:
    if STAMP.exists() and STAMP.read_text() == _digest(places):
        return 0
    try:
        files = _files(places)
    except (AttributeError, ImportError) as error:
        # Expected after a query was renamed: its callers are changed next. `verify` does fail.
        kept = ", ".join(map(str, places))
        print(f"{kept} stay, for the bank does not load: {error}", file=sys.stderr)
        return 0
    places.client.mkdir(exist_ok=True)
    for path in _leftovers(places.client, files):
        path.unlink()
    for path, text in files.items():
        path.write_text(text)
    STAMP.write_text(_digest(places))
    return 0


def _verify(places: Places) -> int:
    files = _files(places)
    wrong = _leftovers(places.client, files) | {
        path for path, text in files.items() if not path.exists() or path.read_text() != text
    }
    for path in sorted(wrong):
        print(f"{path} is not what `make generate` writes", file=sys.stderr)
    return 1 if wrong else 0


def _leftovers(directory: Path, files: Mapping[Path, str]) -> set[Path]:
    return {*directory.glob("*.py")} - files.keys()


def _digest(places: Places) -> str:
    """A digest of everything the client and the documents are made of, and of all three."""
    digest = hashlib.sha256()
    for path in sorted({*_sources(), *places.client.glob("*.py"), places.openapi, places.asyncapi}):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from Path("bankapp").rglob("*.py")
    yield from Path("bankapp").rglob("*.json")
    # Responses name classes of no other generated module.
    yield Path("gen/enums.py")
    yield Path("gen/models.py")
    yield Path("uv.lock")


def _files(places: Places) -> Mapping[Path, str]:
    # Loads the whole bank, gen/ included.
    from bankapp.api.http.openapi.document import render_document  # noqa: PLC0415
    from bankapp.contract.asyncapi import render_asyncapi  # noqa: PLC0415
    from bankapp.contract.client import client_files  # noqa: PLC0415

    client = {places.client / name: text for name, text in client_files().items()}
    return {**client, places.openapi: render_document(), places.asyncapi: render_asyncapi()}


if __name__ == "__main__":
    sys.exit(main())
