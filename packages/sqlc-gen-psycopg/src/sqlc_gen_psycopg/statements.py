"""The SQL that the generated code runs."""

import re

from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.request import Name, Query


def named_statement(query: Query) -> str:
    """The query as sqlc gives it, with its name in a comment.

    The comment is behind the first word because pg_stat_statements drops what is before that.
    """
    named = re.sub(r"\w+|\(", rf"\g<0> /* {query.name} */", query.text, count=1)
    return f"{named}\n"


def copy_statement(query: Query) -> str:
    """The COPY that does what the INSERT of a :copyfrom says.

    Raises GeneratorError where it is no INSERT of one row.
    """
    if query.insert_into_table is None:
        raise GeneratorError(":copyfrom needs an INSERT of one row of bare parameters")
    columns = [column.original_name or column.name for column in query.parameters]
    quoted = ", ".join(map(_quoted, columns))
    table = qualified(query.insert_into_table)
    return f"COPY /* {query.name} */ {table} ({quoted}) FROM STDIN\n"


def qualified(name: Name) -> str:
    """A name in SQL, quoted, after its schema if it needs one."""
    return ".".join(_quoted(part) for part in name if part)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
