"""The URL of the database: refused where it is wrong, without its secrets, and told to dbmate."""

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from own_postgres.errors import InvalidUrlError

PORT_MAX: Final = 65535
HINT: Final = "write special characters of a password as %23 for #, %2F for /, %40 for @"
# The parameters of libpq that dbmate knows as well. It hands on others to the server, which
# refuses them.
_SHARED: Final[tuple[str, ...]] = (
    "sslcert",
    "sslkey",
    "sslrootcert",
    "options",
    "application_name",
)
_VERIFYING: Final = ("verify-ca", "verify-full")


def require_valid_url(url: str, name: str = "DATABASE_URL") -> None:
    """Raise InvalidUrlError for a URL that libpq does not understand, or understands as not meant.

    A password with an unescaped `@` or `/` would be read as a host or a database, and messages
    about these quote them. The message calls the URL by `name`, its setting.
    """
    try:
        parameters = conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message quotes the URL
        raise InvalidUrlError(f"{name} is not a valid URL; {HINT}") from None
    before_query = url.partition("?")[0].partition("://")[2]
    hosts = str(parameters.get("host") or "").split(",")
    if "@" in before_query.partition("/")[2] or any(re.match("[^/@].*@", host) for host in hosts):
        raise InvalidUrlError(f"{name} has an @ that ends no password; {HINT}")
    ports = str(parameters.get("port") or "").split(",")
    if not all(re.fullmatch("[0-9]*", port) and int(port or 0) <= PORT_MAX for port in ports):
        raise InvalidUrlError(f"{name} has a port that is no number up to {PORT_MAX}; {HINT}")
    if len(ports) not in (1, len(hosts)):
        raise InvalidUrlError(f"{name} needs one port for all of its hosts, or one for each")


def url_for_dbmate(connection: psycopg.Connection[Any]) -> str:
    """The URL of the server that the connection has found, in the terms of dbmate.

    dbmate knows one host, no service and no password file, and its `sslmode` defaults to `require`.
    So it is told what libpq has made of all that.
    """
    info = connection.info
    user = quote(info.user, safe="")
    password = f":{quote(info.password, safe='')}" if info.password else ""
    # As parameters: dbmate would take the brackets off an IPv6 address in the middle of a URL.
    place = {"host": info.host, "port": str(info.port)}
    query = urlencode({**place, **_session(connection)}, quote_via=quote)
    return f"postgres://{user}{password}@/{quote(info.dbname, safe='')}?{query}"


def _session(connection: psycopg.Connection[Any]) -> dict[str, str]:
    given = connection.info.get_parameters()
    shared = {name: given[name] for name in _SHARED if name in given}
    if shared.get("sslrootcert") == "system":  # the default of dbmate
        del shared["sslrootcert"]
    if not connection.pgconn.ssl_in_use:
        return {**shared, "sslmode": "disable"}
    mode = given.get("sslmode", "require")
    return {**shared, "sslmode": mode if mode in _VERIFYING else "require"}
