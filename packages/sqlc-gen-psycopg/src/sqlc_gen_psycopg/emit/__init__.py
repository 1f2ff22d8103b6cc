"""From the Python program to the text of its files.

Imports are written generously and lines as they come: `formatting` removes and folds.
"""

from sqlc_gen_psycopg.emit.classes import models_file
from sqlc_gen_psycopg.emit.enums import enums_file
from sqlc_gen_psycopg.emit.facade import QUERY, facade_file
from sqlc_gen_psycopg.emit.queriers import queries_file
from sqlc_gen_psycopg.emit.reads import reads_file
from sqlc_gen_psycopg.emit.registration import registration_file
from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.program import Program


def emit_program(program: Program) -> dict[str, str]:
    """The files of the program by their path below `out`."""
    files = {
        "__init__.py": f'{HEADER}# sqlc {program.sqlc_version}\n"""Typed queries."""\n\n{QUERY}',
        "models.py": models_file(program),
        "queries.py": facade_file(program),
    }
    if program.enums:
        files["enums.py"] = enums_file(program)
    if program.emit_sync_reads or program.emit_async_reads:
        files["reads.py"] = reads_file(program)
    if program.registered:
        files["registration.py"] = registration_file(program)
    for module in program.modules:
        files[f"{module.name}.py"] = queries_file(program, module)
    return files
