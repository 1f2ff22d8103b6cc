"""python -m clientgen write|verify|follow DIRECTORY DOCUMENT."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

USAGE = """\
usage: python -m clientgen write DIRECTORY DOCUMENT
           write the client and the OpenAPI document
       python -m clientgen verify DIRECTORY DOCUMENT
           fail when they are not what would be written
       ... && echo done | python -m clientgen follow DIRECTORY DOCUMENT
           write them once the queries are compiled, if they are"""
# Tells what was written last, and from what: then nothing has to be loaded to write it again.
STAMP: Final = Path(sys.prefix, ".clientgen")
# What takes time to load and is not made of gen/, which may be half written.
BESIDE_GEN: Final = (
    "bankapp.api.http.problems",
    "bankapp.auth.codes",
    "bankapp.auth.passwords",
    "bankapp.auth.tokens",
    "bankapp.operations.fields",
    "psycopg_pool",
)


def main() -> int:
    """Exit codes: 0; 1 where something is not what would be written; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write", directory, document]:
            return _write(Path(directory), Path(document))
        case ["verify", directory, document]:
            return _verify(Path(directory), Path(document))
        case ["follow", directory, document]:
            return _follow(Path(directory), Path(document))
        case _:
            print(USAGE, file=sys.stderr)
            return 2


def _follow(directory: Path, document: Path) -> int:
    if not _is_written(directory, document):
        for name in BESIDE_GEN:
            import_module(name)
    if not sys.stdin.read().endswith("done\n"):
        return 1  # whoever should have said something has said why
    return 0 if _is_written(directory, document) else _write(directory, document)


def _write(directory: Path, document: Path) -> int:
    try:
        files = _files(directory, document)
    except (AttributeError, ImportError) as error:
        # No fault of a query that was changed: its callers come next, and `verify` insists.
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
    """Of all that the client and the document are made of, and of themselves."""
    digest = hashlib.sha256()
    for path in sorted({*_sources(), *directory.glob("*.py"), document}):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for package in ("bankapp", "clientgen"):
        yield from Path(package).rglob("*.py")
        yield from Path(package).rglob("*.json")
    yield Path("gen/models.py")  # of the queries no more is seen from outside
    yield Path("uv.lock")


def _files(directory: Path, document: Path) -> Mapping[Path, str]:
    from bankapp.api.http.openapi.document import render_document  # noqa: PLC0415 - loads gen/
    from clientgen.source import client_files  # noqa: PLC0415 - as above

    client = {directory / name: text for name, text in client_files().items()}
    return {**client, document: render_document()}


if __name__ == "__main__":
    sys.exit(main())
