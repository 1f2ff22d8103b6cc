"""The command sqlc runs, and those for people."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.options import describe_options
from sqlc_gen_psycopg.stale_files import describe_guesses, find_guesses, find_stale_files

GENERATE = "/plugin.CodegenService/Generate"
USAGE = """\
usage: sqlc-gen-psycopg prune DIR   delete generated files in DIR whose query file is gone
       sqlc-gen-psycopg check DIR   list them, and fail if there is one; say what is a guess
       sqlc-gen-psycopg drop-databases URL
                                    drop the databases of `managed: true` on the server of URL
       sqlc-gen-psycopg watch DIR SOURCE... -- COMMAND...
                                    run COMMAND on every change of a SOURCE; say what changes in DIR

sqlc itself runs it as a process plugin with `format: json`."""


def main() -> int:
    """Entry point of the console script."""
    try:
        return _run(sys.argv[1:])
    except GeneratorError as error:
        print(error, file=sys.stderr)
        return 1


def _run(arguments: Sequence[str]) -> int:
    match arguments:
        case [path] if path == GENERATE:
            sys.stdout.buffer.write(_generate(sys.stdin.buffer.read()))
        case ["--help" | "-h"]:
            print(f"{USAGE}\n\n{describe_options()}")
        case ["prune", directory]:
            _prune(Path(directory))
        case ["check", directory]:
            return _check(Path(directory))
        case ["drop-databases", url]:
            _drop_databases(url)
        case ["watch", directory, *rest] if "--" in rest[1:-1]:
            from sqlc_gen_psycopg.watch import watch_and_run  # noqa: PLC0415 - sqlc needs it not

            sources, command = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
            watch_and_run(Path(directory), [Path(source) for source in sources], command)
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def _prune(directory: Path) -> None:
    for stale in find_stale_files(directory):
        stale.unlink()
        print(f"deleted {stale}: its query file is gone")


def _check(directory: Path) -> int:
    stale_files = find_stale_files(directory)
    for stale in stale_files:
        print(f"{stale}: left over, its query file is gone", file=sys.stderr)
    if queries := find_guesses(directory):
        print(describe_guesses(queries), file=sys.stderr)
    return 1 if stale_files else 0


def _generate(message: bytes) -> bytes:
    _require_libpq()
    from sqlc_gen_psycopg.generation import generate  # noqa: PLC0415 - slow to load

    return generate(message)


def _drop_databases(url: str) -> None:
    _require_libpq()
    from sqlc_gen_psycopg.database import drop_databases  # noqa: PLC0415 - slow to load

    for name in drop_databases(url):
        print(f"dropped {name}")


def _require_libpq() -> None:
    try:
        import_module("psycopg")
    except ImportError as error:
        raise GeneratorError(
            "psycopg does not find libpq, the library of PostgreSQL's clients; "
            f"`pip install 'sqlc-gen-psycopg[binary]'` brings it: {error}"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
