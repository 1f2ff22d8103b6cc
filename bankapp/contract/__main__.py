"""python -m bankapp.contract write|verify DIRECTORY DOCUMENT."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

USAGE = """\
usage: python -m bankapp.contract write DIRECTORY DOCUMENT
           write the client and the OpenAPI document, unless nothing they are made of has changed
       python -m bankapp.contract verify DIRECTORY DOCUMENT
           fail when they are not what would be written"""
# Holds the digest of the last `write`. Comparing it takes 0.05 s; loading the bank takes 1.5 s.
STAMP: Final = Path(sys.prefix, ".contract")


def main() -> int:
    """Exit codes: 0; 1 if a file differs from its newly written text; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write", directory, document]:
            return _write(Path(directory), Path(document))
        case ["verify", directory, document]:
            return _verify(Path(directory), Path(document))
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def _write(directory: Path, document: Path) -> int:
    if _is_written(directory, document):
        return 0
    try:
        files = _files(directory, document)
    except (AttributeError, ImportError) as error:
        # Expected after a query was renamed: its callers are changed next. `verify` does fail.
        print(
            f"{directory} and {document} stay, for the bank does not load: {error}", file=sys.stderr
        )
        return 0
    directory.mkdir(exist_ok=True)
    for path in _leftovers(directory, files):
        path.unlink()
    for path, text in files.items():
        path.write_text(text)
    STAMP.write_text(_digest(directory, document))
    return 0


def _verify(directory: Path, document: Path) -> int:
    files = _files(directory, document)
    wrong = _leftovers(directory, files) | {
        path for path, text in files.items() if not path.exists() or path.read_text() != text
    }
    for path in sorted(wrong):
        print(f"{path} is not what `make generate` writes", file=sys.stderr)
    return 1 if wrong else 0


def _leftovers(directory: Path, files: Mapping[Path, str]) -> set[Path]:
    return {*directory.glob("*.py")} - files.keys()


def _is_written(directory: Path, document: Path) -> bool:
    return STAMP.exists() and STAMP.read_text() == _digest(directory, document)


def _digest(directory: Path, document: Path) -> str:
    """A digest of everything the client and the document are made of, and of both."""
    digest = hashlib.sha256()
    for path in sorted({*_sources(), *directory.glob("*.py"), document}):
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


def _files(directory: Path, document: Path) -> Mapping[Path, str]:
    # Loads the whole bank, gen/ included.
    from bankapp.api.http.openapi.document import render_document  # noqa: PLC0415
    from bankapp.contract.client import client_files  # noqa: PLC0415

    client = {directory / name: text for name, text in client_files().items()}
    return {**client, document: render_document()}


if __name__ == "__main__":
    sys.exit(main())
