"""Has PostgreSQL parse single statements with variables; every change is rolled back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

_TREE = "SELECT prosqlbody::text FROM pg_proc WHERE oid = %s::regproc"
# Without names the parameters are $1, $2…, as in a prepared statement.
_FORGET_NAMES = "UPDATE pg_proc SET proargnames = NULL WHERE oid = %s::regproc"
_BODY = "SELECT pg_get_function_sqlbody(%s::regproc)"


@dataclass(frozen=True)
class Parsed:
    """The tree of a statement, and its text with `$1`, `$2`… for the variables, in order."""

    tree: str
    text: str


def parse_statement(
    connection: Connection, statement: str, variables: Mapping[str, str], name: str
) -> Parsed | None:
    """Parse a statement, or several; None where PostgreSQL refuses it.

    The statement becomes the body of a function. Its parameters are the variables, given with their
    types, and its name is `name`, with which a statement may qualify a variable.
    """
    parameters = ", ".join(
        f"{sql.Identifier(variable).as_string(connection)} {type_}"
        for variable, type_ in variables.items()
    )
    place = sql.Identifier("pg_temp", name).as_string(connection)
    create = f"CREATE FUNCTION {place}({parameters}) RETURNS void LANGUAGE sql "
    create += f"BEGIN ATOMIC\n{statement}\n; END"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(create.encode())
            tree = connection.execute(_TREE, [place]).fetchone()
            connection.execute(_FORGET_NAMES, [place])
            body = connection.execute(_BODY, [place]).fetchone()
    except psycopg.Error:
        return None
    assert tree is not None
    assert body is not None
    text = body[0].strip().removeprefix("BEGIN ATOMIC").removesuffix("END").strip()
    return Parsed(tree[0], text.removesuffix(";"))
