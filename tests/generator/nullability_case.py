"""A query of which it is known what can be NULL."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """`columns` has a character for each: `!` is never NULL, `?` is NULL in some row of the data.

    `~` is never NULL either, but the analysis does not see that, for the reason given by `why`. A
    parameter that is None is one that can be NULL. `since` is a major version of PostgreSQL.
    """

    sql: str
    columns: str
    parameters: tuple[object, ...] = ()
    why: str = ""
    since: int = 16


def case(sql: str, columns: str, *parameters: object, why: str = "", since: int = 16) -> Case:
    """Make a case."""
    assert ("~" in columns) == bool(why)
    return Case(sql, columns, parameters, why, since)
