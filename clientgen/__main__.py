"""python -m clientgen write|verify|follow DIRECTORY."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

USAGE = """\
usage: python -m clientgen write DIRECTORY    write the client
       python -m clientgen verify DIRECTORY   fail when it is not what would be written
       ... && echo done | python -m clientgen follow DIRECTORY
                                              write it once the queries are compiled, if they are"""


def main() -> int:
    """Exit codes: 0; 1 where the directory is not what would be written; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write" | "verify" as command, directory]:
            pass
        case ["follow", directory]:
            command = "write"
            _load_what_takes_time()
            if not sys.stdin.read().endswith("done\n"):
                return 1  # whoever should have said something has said why
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    try:
        from clientgen.source import client_files  # noqa: PLC0415 - the bank may be at odds with gen
    except (AttributeError, ImportError) as error:
        print(f"{directory} stays as it was, for the bank does not load: {error}", file=sys.stderr)
        # No fault of a query that was changed: its callers come next, and `verify` insists.
        return 0 if command == "write" else 1
    files, path = client_files(), Path(directory)
    if command == "verify":
        return _verify(path, files)
    _write(path, files)
    return 0


def _load_what_takes_time() -> None:
    """While the queries, without which the bank cannot be loaded, are being compiled."""
    for name in ("aiohttp.web", "bankapp.auth.tokens", "bankapp.operations.fields", "psycopg_pool"):
        import_module(name)


def _write(directory: Path, files: Mapping[str, str]) -> None:
    directory.mkdir(exist_ok=True)
    for name in _leftovers(directory, files):
        (directory / name).unlink()
    for name, text in files.items():
        (directory / name).write_text(text)


def _verify(directory: Path, files: Mapping[str, str]) -> int:
    wrong = _leftovers(directory, files)
    for name, text in files.items():
        path = directory / name
        if not path.exists() or path.read_text() != text:
            wrong.add(name)
    for name in sorted(wrong):
        print(f"{directory / name} is not what `make generate` writes", file=sys.stderr)
    return 1 if wrong else 0


def _leftovers(directory: Path, files: Mapping[str, str]) -> set[str]:
    return {path.name for path in directory.glob("*.py")} - files.keys()


if __name__ == "__main__":
    sys.exit(main())
