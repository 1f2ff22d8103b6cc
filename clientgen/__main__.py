"""python -m clientgen write|verify DIRECTORY."""

import sys
from collections.abc import Mapping
from pathlib import Path

USAGE = "usage: python -m clientgen write|verify DIRECTORY"


def main() -> int:
    """Exit codes: 0; 1 where the directory is not what would be written; 2 for a wrong call."""
    match sys.argv[1:]:
        case ["write" | "verify" as command, directory]:
            pass
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
