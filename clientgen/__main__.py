"""python -m clientgen write|verify|follow DIRECTORY DOCUMENT."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

USAGE = """\
usage: python -m clientgen write DIRECTORY DOCUMENT
           write the client and the OpenAPI document
       python -m clientgen verify DIRECTORY DOCUMENT
           fail when they are not what would be written
       ... && echo done | python -m clientgen follow DIRECTORY DOCUMENT
           write them once the queries are compiled, if they are"""
# What takes time to load and is not made of gen/, which may be half written.
BESIDE_GEN = (
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
        case ["write" | "verify" as command, directory, document]:
            pass
        case ["follow", directory, document]:
            command = "write"
            for name in BESIDE_GEN:
                import_module(name)
            if not sys.stdin.read().endswith("done\n"):
                return 1  # whoever should have said something has said why
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    try:
        files = _files(Path(directory), Path(document))
    except (AttributeError, ImportError) as error:
        print(
            f"{directory} and {document} stay, for the bank does not load: {error}", file=sys.stderr
        )
        # No fault of a query that was changed: its callers come next, and `verify` insists.
        return 0 if command == "write" else 1
    leftovers = {*Path(directory).glob("*.py")} - files.keys()
    if command == "verify":
        return _verify(files, leftovers)
    Path(directory).mkdir(exist_ok=True)
    for path in leftovers:
        path.unlink()
    for path, text in files.items():
        path.write_text(text)
    return 0


def _files(directory: Path, document: Path) -> Mapping[Path, str]:
    from bankapp.api.http.openapi.document import render_document  # noqa: PLC0415 - loads gen/
    from clientgen.source import client_files  # noqa: PLC0415 - as above

    client = {directory / name: text for name, text in client_files().items()}
    return {**client, document: render_document()}


def _verify(files: Mapping[Path, str], leftovers: set[Path]) -> int:
    wrong = leftovers | {
        path for path, text in files.items() if not path.exists() or path.read_text() != text
    }
    for path in sorted(wrong):
        print(f"{path} is not what `make generate` writes", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
