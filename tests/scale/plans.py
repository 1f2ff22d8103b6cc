"""Plans of the served queries, of which none may grow with the number of rows."""

import inspect
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, Final

from psycopg import sql

from bankapp.domain import limits
from gen import Query
from gen.queries import QUERIES
from tests.scale.fill import Connection, Population

MODES: Final = ("force_custom_plan", "force_generic_plan")
# A sort must be of a page of rows, or of a few.
SORTED_ROW_COUNT_MAX: Final = 1_000
SMALL_TABLES: Final = ("currencies", "feed_horizon")
# The queries of `bankapp verify`, which must read the books from end to end.
_NOT_SERVED: Final = ("reports",)


def served_queries() -> dict[str, tuple[str, list[str]]]:
    """The text of each query and the names of its parameters, in their order."""
    return {
        f"{query.module}.{query.method}": (query.sql, _parameters(query))
        for query in QUERIES.values()
        if query.module not in _NOT_SERVED
    }


def growing_plans(connection: Connection, people: Population, mode: str) -> dict[str, list[str]]:
    """The parts of the queries' plans that grow with the bank, by query and customer.

    The customers are the first, who has the most rows, and one of the others.
    """
    found: dict[str, list[str]] = {}
    with planning(connection, mode):
        for name, (text, parameters) in served_queries().items():
            for customer in (1, people.customer_count // 2):
                given = _arguments(people, customer)
                if growing := list(_growing(_plan(connection, text, parameters, given))):
                    found[f"{name} of customer {customer}"] = growing
    return found


def _parameters(query: Query) -> list[str]:
    querier = import_module(f"gen.{query.module}").Querier
    taken = list(inspect.signature(getattr(querier, query.method)).parameters.values())[1:]
    if len(taken) == 1 and is_dataclass(taken[0].annotation):
        return [field.name for field in fields(taken[0].annotation)]
    return [parameter.name for parameter in taken]


def _arguments(people: Population, customer: int) -> Mapping[str, str]:
    """Literals by the name of a parameter, or else by its type."""
    return {
        "owner": f"customer_{customer}",
        "username": f"customer_{customer}",
        "email": f"{customer}@customer",
        "subject": f"user:customer_{customer}",
        "base": "EUR",
        "quote": "USD",
        "source": "ecb",
        "before_id": str(limits.ID_MAX),
        "before_transfer_id": str(limits.ID_MAX),
        "before_number": str(limits.ID_MAX),
        "after_position": "1000",
        "until_position": str(limits.ID_MAX),
        "row_count_max": str(limits.PAGE_SIZE_DEFAULT + 1),
        "since": "yesterday",
        "account_status": "frozen",
        "exchange_rate_status": "accepted",
        "user_role": "banker",
        "webhook_status": "active",
        "bigint": str(people.account_id(customer)),
        "text": "key",
        "boolean": "true",
        "date": "yesterday",
        "double precision": "30",
        "numeric": "1",
        "bytea": "\\x" + 32 * "00",
        "inet": "127.0.0.1",
        "integer": "1000",
        "interval": "1 day",
        "jsonb": "{}",
        "timestamp with time zone": "now",
        "uuid": "00000000-0000-0000-0000-000000000000",
    }


@contextmanager
def planning(connection: Connection, mode: str) -> Generator[None]:
    """Set the plan cache mode until the block ends."""
    connection.execute("SELECT set_config('plan_cache_mode', %s, false)", [mode])
    yield
    connection.execute("RESET plan_cache_mode")


def _plan(
    connection: Connection, text: str, parameters: list[str], given: Mapping[str, str]
) -> dict[str, Any]:
    connection.execute(b"PREPARE served AS " + text.encode())
    [(types,)] = connection.execute(
        "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'served'"
    ).fetchall()
    values = [
        sql.Literal(given.get(name, given.get(type_, "{}")))
        for name, type_ in zip(parameters, types, strict=True)
    ]
    call = sql.SQL("({})").format(sql.SQL(", ").join(values)) if values else sql.SQL("")
    explain = sql.SQL("EXPLAIN (FORMAT json) EXECUTE served {}").format(call)
    [([explained],)] = connection.execute(explain).fetchall()
    connection.execute("DEALLOCATE served")
    plan: dict[str, Any] = explained["Plan"]
    return plan


def _growing(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] not in SMALL_TABLES:
        yield f"reads all of {plan['Relation Name']}"
    if plan["Node Type"].startswith("Index") and "Index Cond" not in plan:
        yield f"walks {plan['Index Name']}"
    if "Sort" in plan["Node Type"] and plan["Plan Rows"] > SORTED_ROW_COUNT_MAX:
        yield f"sorts {plan['Plan Rows']} rows by {', '.join(plan['Sort Key'])}"
    for inner in plan.get("Plans", ()):
        yield from _growing(inner)
