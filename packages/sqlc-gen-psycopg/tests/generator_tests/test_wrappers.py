"""Wrappers around queries: all of them by name, in order, and nothing where there are none."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.requests import build, column, made_things, query

N = [column("n", "integer")]
ASKED = [
    query("GetOne", text="SELECT 1"),
    query("Add", text="SELECT $1::integer + $2::integer", parameters=[column("a"), column("b")]),
    query("Count", ":many", text="SELECT n FROM generate_series(1, 3) AS n", columns=N),
    query("Stream", ":many", text="SELECT 1 AS n", columns=N, comments=["@stream"]),
]


def noting(notes: list[str], word: str) -> Callable[[Any, Any], Any]:
    """A wrapper that notes its word and the query's name before each call."""

    def wrap(query: Any, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            notes.append(f"{word} {query.name}")
            return call(*args, **kwargs)

        return noted

    return wrap


def noting_async(notes: list[str], word: str) -> Callable[[Any, Any], Any]:
    """The same for coroutines; notes the end of the call, too."""

    def wrap(query: Any, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noted(*args: Any, **kwargs: Any) -> Any:
            notes.append(f"{word} {query.name}")
            try:
                return await call(*args, **kwargs)
            finally:
                notes.append(f"{word} ended")

        return noted

    return wrap


def test_every_call_passes_the_wrappers(database_url: str, tmp_path: Path) -> None:
    notes: list[str] = []
    with (
        made_things(build(*ASKED), tmp_path) as things,
        psycopg.connect(database_url) as connection,
    ):
        facade = import_module(f"{things.__package__}.queries")
        wrapped = facade.wrapped_queries(noting(notes, "inner"), noting(notes, "outer"))
        q = wrapped(connection)
        assert (q.things.get_one(), q.things.add(a=1, b=2), q.things.count()) == (1, 3, [1, 2, 3])
    names = ["GetOne", "Add", "Count"]
    assert notes == [f"{word} {name}" for name in names for word in ("outer", "inner")]


async def test_every_async_call_passes_the_wrappers(database_url: str, tmp_path: Path) -> None:
    notes: list[str] = []
    with made_things(build(*ASKED), tmp_path) as things:
        facade = import_module(f"{things.__package__}.queries")
        wrapped = facade.wrapped_async_queries(
            noting_async(notes, "inner"), noting_async(notes, "outer")
        )
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            assert await wrapped(connection).things.add(a=1, b=2) == 3
    assert notes == ["outer Add", "inner Add", "inner ended", "outer ended"]


def test_what_is_not_wrapped_is_as_it_was(tmp_path: Path) -> None:
    """Streams, and the facade that has no wrappers."""
    with made_things(build(*ASKED), tmp_path) as things:
        facade = import_module(f"{things.__package__}.queries")
        wrapped = facade.wrapped_queries(noting([], ""))(None).things
        assert wrapped.__class__.stream is things.Querier.stream
        assert wrapped.__class__.count is not things.Querier.count
        assert type(facade.Queries(None).things) is things.Querier


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(["property", "things", "zebras"], id="as the decorator"),
        pytest.param(["things", "things_module"], id="as the import of another"),
        pytest.param(["things", "wrappers", "wrapped_querier"], id="as what wraps"),
    ],
)
def test_files_may_be_called_as_parts_of_the_facade(
    files: list[str], database_url: str, tmp_path: Path
) -> None:
    asked = [
        query(f"Get{number}", text=f"SELECT {number}", filename=f"{file}.sql")
        for number, file in enumerate(files)
    ]
    notes: list[str] = []
    with (
        made_things(build(*asked), tmp_path) as things,
        psycopg.connect(database_url) as connection,
    ):
        facade = import_module(f"{things.__package__}.queries")
        for made in (facade.Queries, facade.wrapped_queries(noting(notes, "before"))):
            q = made(connection)
            found = [getattr(getattr(q, file), f"get{n}")() for n, file in enumerate(files)]
            assert found == [*range(len(files))]
    assert notes == [f"before Get{number}" for number, _ in enumerate(files)]


def test_a_query_may_be_called_queries(database_url: str, tmp_path: Path) -> None:
    asked = [query("Queries"), query("Query")]
    with (
        made_things(build(*asked), tmp_path) as things,
        psycopg.connect(database_url) as connection,
    ):
        assert [one.name for one in things.QUERIES] == ["Queries", "Query"]
        assert things.Querier(connection).queries() == things.Querier(connection).query() == 1
