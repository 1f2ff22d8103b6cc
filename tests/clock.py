"""A clock of the database that tests move: of one database, and on any PostgreSQL.

In that database `now()` and `clock_timestamp()` become SQL functions, which the planner puts in
place of their calls, those in views, defaults and functions included. What they add to the true
time is in a table that a test changes.
"""

from datetime import timedelta
from typing import Any, Final

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# The old functions have other names, too: `transaction_timestamp` is `now`, and `timeofday` reads
# the clock.
_INSTALL: Final = """
CREATE SCHEMA test_clock;
GRANT USAGE ON SCHEMA test_clock TO public;
CREATE TABLE test_clock.step (step interval NOT NULL, jump interval NOT NULL);
INSERT INTO test_clock.step VALUES ('0', '0');
GRANT SELECT ON test_clock.step TO public;
CREATE FUNCTION test_clock.get_step(seed text) RETURNS interval
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN (SELECT step + jump * (abs(hashtext(seed)::bigint) % 3 - 1) FROM test_clock.step);
END
$$;
CREATE OR REPLACE FUNCTION pg_catalog.now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS 'SELECT transaction_timestamp() + test_clock.get_step(transaction_timestamp()::text)';
CREATE OR REPLACE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz
LANGUAGE sql VOLATILE PARALLEL SAFE
AS 'SELECT timeofday()::timestamptz + test_clock.get_step(timeofday())';
"""


class Clock:
    """The clock of one database. Whatever it says, time passes as it does elsewhere."""

    def __init__(self, superuser: Connection) -> None:
        self._superuser = superuser
        if superuser.execute("SELECT to_regnamespace('test_clock')").fetchone() == (None,):
            superuser.execute(_INSTALL)

    def step(self, by: timedelta) -> None:
        """Have the clock step forward, or back."""
        self._superuser.execute("UPDATE test_clock.step SET step = step + %s", [by])

    def set(self, ahead: timedelta = timedelta()) -> None:
        """Have the clock run ahead of the true time by this, or behind it."""
        self._superuser.execute("UPDATE test_clock.step SET step = %s", [ahead])

    def jump(self, by: timedelta) -> None:
        """Have every transaction, and every look at the clock in it, be ahead by this, or behind
        by as much, or neither.
        """
        self._superuser.execute("UPDATE test_clock.step SET jump = %s", [by])
