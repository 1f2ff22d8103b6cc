"""Chooses the database to ask: the one that sqlc has used."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from sqlc_gen_psycopg.database.catalog import Connection
from sqlc_gen_psycopg.database.differences import differences
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.pg_trees import describe
from sqlc_gen_psycopg.request import Query, Request
from sqlc_gen_psycopg.schema_files import managed_database

_VERSION_MIN = 160_000
_MANAGED = """
SELECT datname FROM pg_catalog.pg_database
WHERE datname ~ '^sqlc_managed_' AND datallowconn
ORDER BY oid DESC
"""
_CACHE = (
    "sqlc has answered from its cache if it was to make one (`managed: true`): delete "
    "~/.cache/sqlc, or set SQLCCACHE to an empty directory"
)


def find_database(url: str, request: Request) -> str:
    """The URL of the database that sqlc used, on the server of `url`.

    With `managed: true` that is the one made of the files of the schema, whose name tells which;
    databases of other projects and of older schemas are beside it. With `database: {uri}` it is
    that of `url` itself, which must not contradict the files. Raises GeneratorError where there is
    none, or no server.
    """
    try:
        with _connect(url) as connection:
            _check_version(connection)
            managed = [name for (name,) in connection.execute(_MANAGED).fetchall()]
        name = managed_database(request.schema_paths)
        if name is None:
            return _most_alike([url, *_databases(url, managed)], request)
        if name in managed:
            [url] = _databases(url, [name])
            _require_prepared(url, request)
        else:
            hint = f". There is no database {name}: {_CACHE}"
            _require_prepared(url, request, hint)
            _require_alike(url, request, hint)
        return url
    except psycopg.Error as error:
        raise GeneratorError(f"the database cannot be asked: {error}") from None


def drop_databases(url: str) -> Iterator[str]:
    """Drop the databases that sqlc has made on the server, and give their names.

    Those in use stay, and those of other roles. Raises GeneratorError when there is no server.
    """
    try:
        with _connect(url) as connection:
            for (name,) in connection.execute(_MANAGED).fetchall():
                with suppress(psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
                    connection.execute(SQL("DROP DATABASE {}").format(Identifier(name)))
                    yield name
    except psycopg.Error as error:
        raise GeneratorError(f"the databases cannot be dropped: {error}") from None


def _connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def _check_version(connection: Connection) -> None:
    if connection.info.server_version < _VERSION_MIN:
        version = connection.info.parameter_status("server_version")
        raise GeneratorError(f"the server is PostgreSQL {version}; 16 or later is needed")


def _databases(url: str, names: Iterable[str]) -> list[str]:
    return [make_conninfo(url, dbname=name) for name in names]


def _require_prepared(url: str, request: Request, hint: str = "") -> None:
    with _connect(url) as connection:
        if refused := _refused(connection, request.queries):
            database, names = connection.info.dbname, ", ".join(refused)
            raise GeneratorError(f"database {database} cannot prepare {names}{hint}")


def _require_alike(url: str, request: Request, hint: str) -> None:
    with _connect(url) as connection:
        misleading = [one.text for one in differences(connection, request.tables) if one.misleads]
        if misleading:
            raise GeneratorError(
                f"database {connection.info.dbname} is not what the files of the schema make: "
                f"{'; '.join(misleading)}. Migrate it if it is the one sqlc asks "
                f"(`database: {{uri: …}}`){hint}"
            )


def _most_alike(urls: Sequence[str], request: Request) -> str:
    """The first of those with the fewest differences from what sqlc knows of the tables."""
    found = dict(_alike(urls, request))
    if not found:
        raise GeneratorError(f"no database on the server can prepare these queries. {_CACHE}")
    return min(found, key=found.__getitem__)


def _alike(urls: Sequence[str], request: Request) -> Iterator[tuple[str, int]]:
    for url in urls:
        # One may be dropped meanwhile, or be another role's.
        with suppress(psycopg.Error), _connect(url) as connection:
            if not _refused(connection, request.queries):
                yield url, len(differences(connection, request.tables))


def _refused(connection: Connection, queries: Sequence[Query]) -> list[str]:
    described = describe(connection.pgconn, [query.text for query in queries])
    return [query.name for query, known in zip(queries, described, strict=True) if known is None]
