"""The session of a connection: which role the bank has in the database, and which limits hold.

Both are asked for in the startup packet, in `options`. A pooler may drop them, and the bank would
then act as another role and without limits. So each new connection is asked once.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from bankapp import tuning

APPLICATION_ROLE: Final = "bank_application"
_READ: Final = """
SELECT name, CASE name WHEN 'role' THEN current_user::text ELSE current_setting(name) END
FROM unnest(%s::text[]) AS name
"""


class WrongSession(psycopg.OperationalError):
    """The session of a connection is not the one that was asked for; the message says how."""


def session_options(url: str, session: Mapping[str, str]) -> str:
    """The value of `options` that asks for the session, after the options of the URL."""
    given = conninfo_to_dict(url).get("options") or os.environ.get("PGOPTIONS", "")
    own = " ".join(f"-c {name}={value}" for name, value in session.items())
    return f"{given} {own}".strip()


def session_check(
    session: Mapping[str, str],
) -> Callable[[AsyncConnection[Any]], Awaitable[None]]:
    """What a pool does with each new connection: see `require_session`."""
    return partial(require_session, session=session)


async def require_session(connection: AsyncConnection[Any], *, session: Mapping[str, str]) -> None:
    """Raise WrongSession, and close the connection, if its session is another one."""
    async with connection.cursor() as cursor:
        await cursor.execute(_READ, [list(session)])
        found = dict(await cursor.fetchall())
    await connection.rollback()  # of a connection without autocommit
    wrong = [
        f"{name} is {found[name]}, not {wanted}"
        for name, wanted in session.items()
        if found[name] != wanted
    ]
    if wrong:
        await connection.close()
        raise WrongSession(
            f"the connection is not as the bank has asked for ({', '.join(wrong)}); a pooler may "
            "drop the startup parameter `options`: see docs/how-to/use-a-pooler.md"
        )


async def check_session(url: str, session: Mapping[str, str]) -> None:
    """Connect once. Raises WrongSession, and other errors of psycopg when that is impossible."""
    connection = await AsyncConnection[Any].connect(
        url,
        autocommit=True,
        connect_timeout=int(tuning.CONNECTION_TIMEOUT_S),
        options=session_options(url, session),
    )
    async with connection:
        await require_session(connection, session=session)
