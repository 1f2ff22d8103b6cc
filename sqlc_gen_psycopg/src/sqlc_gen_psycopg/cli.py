"""The command sqlc runs, and two for people: `prune DIR` and `check DIR`."""

import base64
import json
import os
import sys
from pathlib import Path

from sqlc_gen_psycopg.build import build_program
from sqlc_gen_psycopg.correction import correct_request
from sqlc_gen_psycopg.database import collect_facts, find_database
from sqlc_gen_psycopg.database.facts import Facts
from sqlc_gen_psycopg.emit import emit_program
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.formatting import format_files
from sqlc_gen_psycopg.leftovers import MANIFEST, find_leftovers, manifest
from sqlc_gen_psycopg.options import Options, describe_options, parse_options
from sqlc_gen_psycopg.request import Request, parse_request

GENERATE = "/plugin.CodegenService/Generate"
USAGE = """\
usage: sqlc-gen-psycopg prune DIR   delete generated files in DIR whose query file is gone
       sqlc-gen-psycopg check DIR   list them, and fail if there is one
       sqlc-gen-psycopg watch DIR SOURCE... -- COMMAND...
                                    run COMMAND on every change of a SOURCE; say what changes in DIR

sqlc itself runs it as a process plugin with `format: json`."""


def generate(message: bytes) -> bytes:
    """Answer a request of sqlc: plugin.GenerateRequest to plugin.GenerateResponse, both as JSON.

    Raises GeneratorError when the request cannot be compiled.
    """
    request = parse_request(message)
    options = parse_options(request.options)
    facts = _ask_database(request, options)
    program = build_program(correct_request(request, facts), options)
    files = format_files(emit_program(program), program.package)
    files[MANIFEST] = manifest(files, _unasked(request, facts))
    encoded = [
        {"name": name, "contents": base64.b64encode(text.encode()).decode()}
        for name, text in sorted(files.items())
    ]
    return json.dumps({"files": encoded}).encode()


def _ask_database(request: Request, options: Options) -> Facts:
    server = os.environ.get(options.database_url_env)
    if not server or not request.queries:
        return Facts()
    url = find_database(server, request.queries)
    if url is None:
        raise GeneratorError(
            f"no database on the server of {options.database_url_env} can prepare these queries; "
            "if sqlc made none because it answered from its cache, delete ~/.cache/sqlc or set "
            "SQLCCACHE to an empty directory"
        )
    return collect_facts(url, request.queries)


def _unasked(request: Request, facts: Facts) -> list[str]:
    """The queries whose nullabilities are sqlc's guess, because no database could be asked."""
    known = facts.queries.keys()
    unasked = {(query.filename, query.name) for query in request.queries} - known
    return [f"{filename}: {name}" for filename, name in sorted(unasked)]


def main() -> int:
    """Entry point of the console script."""
    try:
        match sys.argv[1:]:
            case [path] if path == GENERATE:
                sys.stdout.buffer.write(generate(sys.stdin.buffer.read()))
            case ["--help" | "-h"]:
                print(f"{USAGE}\n\n{describe_options()}")
            case ["prune", directory]:
                for leftover in find_leftovers(Path(directory)):
                    leftover.unlink()
                    print(f"deleted {leftover}: its query file is gone")
            case ["check", directory]:
                leftovers = find_leftovers(Path(directory))
                for leftover in leftovers:
                    print(f"{leftover}: left over, its query file is gone", file=sys.stderr)
                return 1 if leftovers else 0
            case ["watch", directory, *rest] if "--" in rest[1:-1]:
                from sqlc_gen_psycopg.watch import watch_and_run  # noqa: PLC0415 - sqlc needs it not

                sources, command = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
                watch_and_run(Path(directory), [Path(source) for source in sources], command)
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except GeneratorError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
