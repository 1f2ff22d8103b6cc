"""From sqlc's request to its answer."""

import base64
import json
import os
import re

import psycopg

from sqlc_gen_psycopg.build import build_program, place_of
from sqlc_gen_psycopg.database import collect_facts, find_database, find_missing_grants
from sqlc_gen_psycopg.database.facts import Facts
from sqlc_gen_psycopg.emit import emit_program
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.formatting import format_files
from sqlc_gen_psycopg.merge_facts import correct_request
from sqlc_gen_psycopg.options import Options, parse_options
from sqlc_gen_psycopg.prompt import say_at_prompt
from sqlc_gen_psycopg.request import Request, parse_request
from sqlc_gen_psycopg.stale_files import MANIFEST, describe_guesses, manifest


def generate(message: bytes) -> bytes:
    """Answer a request of sqlc: plugin.GenerateRequest to plugin.GenerateResponse, both as JSON.

    Raises GeneratorError when the request cannot be compiled.
    """
    request = parse_request(message)
    options = parse_options(request.options)
    _check_options(options, request)
    facts = _ask_database(request, options)
    program = build_program(correct_request(request, facts), options)
    files = format_files(emit_program(program), program.package)
    unasked = _unasked(request, facts)
    files[MANIFEST] = manifest(files, unasked)
    if unasked:
        say_at_prompt(describe_guesses(unasked))
    encoded = [
        {"name": name, "contents": base64.b64encode(text.encode()).decode()}
        for name, text in sorted(files.items())
    ]
    return json.dumps({"files": encoded}).encode()


def _check_options(options: Options, request: Request) -> None:
    """Raises GeneratorError where the options do not go together with the rest."""
    if request.queries and not (options.emit_sync_querier or options.emit_async_querier):
        raise GeneratorError(
            "no methods would be written: set option 'emit_sync_querier' or 'emit_async_querier'"
        )
    folder = re.split(r"[/\\]", request.out.rstrip("/\\"))[-1]
    module = options.package.rpartition(".")[2]
    if folder not in ("", ".", "..", module):
        raise GeneratorError(
            f"the files of {request.out!r} could not be imported as {options.package!r}: option "
            f"'package' is the import path of `out`, and ends in {folder!r}"
        )


def _ask_database(request: Request, options: Options) -> Facts:
    server = os.environ.get(options.database_url_env)
    if not server or not request.queries:
        return Facts()
    url = find_database(server, request)
    facts = collect_facts(url, request.queries)
    if options.role:
        _require_grants(url, request, options.role)
    return facts


def _require_grants(url: str, request: Request, role: str) -> None:
    """Raises GeneratorError, with a line for each query that the role may not run."""
    try:
        missing = find_missing_grants(url, request.queries, role)
    except psycopg.Error as error:
        raise GeneratorError(f"option 'role': {error}") from None
    if missing:
        raise GeneratorError(
            "\n".join(
                f"{place_of(query, request)}: {query.name}: {role} may not run it; "
                f"add to a migration: {' '.join(grants)}"
                for query, grants in missing.items()
            )
        )


def _unasked(request: Request, facts: Facts) -> list[str]:
    """The queries whose nullabilities are sqlc's guess, because no database could be asked."""
    known = facts.queries.keys()
    unasked = {(query.filename, query.name) for query in request.queries} - known
    return [f"{filename}: {name}" for filename, name in sorted(unasked)]
