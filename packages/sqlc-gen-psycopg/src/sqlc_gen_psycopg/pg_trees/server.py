"""Asks a server to describe queries and to give their parse trees, many at a time."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult

# The newest query's parse tree: PostgreSQL keeps it for a function with a body in standard SQL.
_CREATE = """\
CREATE FUNCTION pg_temp.sqlc_gen_psycopg_query({parameters}) RETURNS void LANGUAGE sql
BEGIN ATOMIC
{query}
; END"""
_SIMPLEST: Final[tuple[str, Sequence[str]]] = ("SELECT 1", ())
_READ = """\
SELECT prosqlbody::pg_catalog.text FROM pg_catalog.pg_proc
WHERE oid = 'pg_temp.sqlc_gen_psycopg_query'::pg_catalog.regproc"""

# The most arguments that a function can have. More parameters become fields of a single argument.
_ARGUMENTS_MAX = 100
_PACK = "CREATE TYPE pg_temp.sqlc_gen_psycopg_pack AS ({fields})"
# Parameters, and the tokens that can hold the text of one: strings, quoted names, comments.
_PARAMETER = re.compile(
    r"""
    [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/
    | (?<![\w$])\$(?P<tag>[^\W\d]\w*|)\$.*?\$(?P=tag)\$
    | (?<![\w$])\$(?P<number>\d+)
    """,
    re.DOTALL | re.VERBOSE,
)
_FIELD = re.compile(
    r"\{FIELDSELECT :arg \{PARAM :paramkind 0 [^{}]*\} :fieldnum (\d+)"
    r" :resulttype (\d+) :resulttypmod (-?\d+) :resultcollid (\d+)\}"
)
_UNPACKED = (
    r"{PARAM :paramkind 0 :paramid \1 :paramtype \2 :paramtypmod \3 :paramcollid \4 :location -1}"
)


class TreeError(Exception):
    """The server gives no trees at all; the message is the server's."""


@dataclass(frozen=True)
class ResultColumn:
    """A column that a query returns, and where it comes from if that is a table."""

    name: str
    type: int
    table: int
    attribute: int


@dataclass(frozen=True)
class Description:
    """A prepared query."""

    parameters: tuple[int, ...]
    columns: tuple[ResultColumn, ...]


def describe(connection: PGconn, queries: Sequence[str]) -> list[Description | None]:
    """Prepare queries; None for what the server refuses."""
    with _pipeline(connection):
        for query in queries:
            connection.send_prepare(b"", query.encode())
            connection.send_describe_prepared(b"")
            connection.pipeline_sync()
        return [_description(list(_until_sync(connection))) for _ in queries]


def fetch_trees(
    connection: PGconn, queries: Sequence[tuple[str, Sequence[str]]]
) -> list[str | None]:
    """The parse trees of queries, given with the names of their parameters' types.

    None for what the server refuses. Nothing stays in the database. Raises TreeError where even the
    tree of the simplest query is refused, as to a role that cannot create a temporary function.
    """
    with _pipeline(connection):
        _send(connection, "BEGIN", "SAVEPOINT clean")
        for query, parameters in [_SIMPLEST, *queries]:
            _send(connection, *_creation(query, parameters), _READ)
            _send(connection, "ROLLBACK TO clean")
        _send(connection, "ROLLBACK")
        list(_until_sync(connection))
        answers: list[list[PGresult]] = []
        for _ in [_SIMPLEST, *queries]:
            answers.append(list(_until_sync(connection)))
            list(_until_sync(connection))
        list(_until_sync(connection))
    simplest, *trees = map(_last_value, answers)
    if simplest is None:
        raise TreeError(answers[0][0].get_error_message())
    return [
        _FIELD.sub(_UNPACKED, tree) if tree and len(parameters) > _ARGUMENTS_MAX else tree
        for (_, parameters), tree in zip(queries, trees, strict=True)
    ]


def _creation(query: str, parameters: Sequence[str]) -> tuple[str, ...]:
    """The statements that create a function of the query."""
    if len(parameters) <= _ARGUMENTS_MAX:
        return (_CREATE.format(parameters=", ".join(parameters), query=query),)
    fields = ", ".join(f"p{number} {type_}" for number, type_ in enumerate(parameters, 1))
    packed = _PARAMETER.sub(_packed, query)
    create = _CREATE.format(parameters="pg_temp.sqlc_gen_psycopg_pack", query=packed)
    return _PACK.format(fields=fields), create


def _packed(match: re.Match[str]) -> str:
    return f"($1).p{match['number']}" if match["number"] else match[0]


@contextmanager
def _pipeline(connection: PGconn) -> Generator[None]:
    was_nonblocking, connection.nonblocking = connection.nonblocking, 0
    connection.enter_pipeline_mode()
    yield
    connection.exit_pipeline_mode()
    connection.nonblocking = was_nonblocking


def _send(connection: PGconn, *statements: str) -> None:
    for statement in statements:
        connection.send_query_params(statement.encode(), None)
    connection.pipeline_sync()


def _until_sync(connection: PGconn) -> Iterator[PGresult]:
    """The results up to the next sync; nothing ends each statement's results."""
    while True:
        result = connection.get_result()
        if result is None:
            continue
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _description(results: Sequence[PGresult]) -> Description | None:
    if any(result.status != pq.ExecStatus.COMMAND_OK for result in results):
        return None
    described = results[-1]
    return Description(
        tuple(described.param_type(number) for number in range(described.nparams)),
        tuple(
            ResultColumn(
                (described.fname(number) or b"").decode(),
                described.ftype(number),
                described.ftable(number),
                described.ftablecol(number),
            )
            for number in range(described.nfields)
        ),
    )


def _last_value(results: Sequence[PGresult]) -> str | None:
    if not results or results[-1].status != pq.ExecStatus.TUPLES_OK:
        return None
    value = results[-1].get_value(0, 0)
    return value.decode() if value is not None else None
