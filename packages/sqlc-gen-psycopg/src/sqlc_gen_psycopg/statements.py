"""The SQL that the generated code runs."""

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.request import Name, Query


def named_statement(query: Query) -> str:
    """The query as sqlc gives it, under its name."""
    return f"-- name: {query.name} {query.command}\n{query.text}\n"


def copy_statement(query: Query) -> str:
    """The COPY that does what the INSERT of a :copyfrom says.

    Raises GeneratorError where it is no INSERT of one row.
    """
    if query.insert_into_table is None:
        raise GeneratorError(":copyfrom needs an INSERT of one row of bare parameters")
    columns = [column.original_name or column.name for column in query.parameters]
    quoted = ", ".join(map(_quoted, columns))
    return (
        f"-- name: {query.name} {query.command}\n"
        f"COPY {qualified(query.insert_into_table)} ({quoted}) FROM STDIN\n"
    )


def qualified(name: Name) -> str:
    """A name in SQL, quoted, after its schema if it needs one."""
    return ".".join(_quoted(part) for part in name if part)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
