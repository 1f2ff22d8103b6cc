"""The log of slow queries: their names, and the requests that they were for."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bankapp.store.engine.instrumentation import log_slow
from bankapp.store.engine.transaction import Pool
from bankapp.store.store import Store
from bankapp.telemetry.context import REQUEST_IDS
from gen.queries import wrapped_async_queries
from tests.factories import Make, transfer


@pytest.mark.parametrize(
    ("threshold_s", "names"),
    [pytest.param(0, ["GetUser"], id="all"), pytest.param(3600, [], id="only very slow ones")],
)
async def test_a_slow_query_is_logged(pool: Pool, threshold_s: float, names: list[str]) -> None:
    store = Store(pool, queries=wrapped_async_queries(log_slow(threshold_s)))
    with capture_logs() as lines:
        await store.read.users.get_user(username="nobody")
    assert [line["query"] for line in lines] == names


async def test_a_slow_query_names_the_requests_it_was_for(pool: Pool, make: Make) -> None:
    """Requests that arrive during a query share the next one, which names them all."""
    source, target = await make.account(balance=10), await make.account()
    store = Store(pool, queries=wrapped_async_queries(log_slow(0)))

    async def pay(request_id: str) -> None:
        REQUEST_IDS.set((request_id,))
        await store.postings.submit(transfer(source, target, 1))

    with capture_logs() as lines:
        await store.read.users.get_user(username="nobody")
        await asyncio.gather(pay("first"), pay("second"), pay("third"))
    assert [line["request_ids"] for line in lines] == [(), ("first", "second", "third")]


async def test_a_query_that_fails_was_slow_too(pool: Pool) -> None:
    store = Store(pool, queries=wrapped_async_queries(log_slow(0)))
    with capture_logs() as lines, pytest.raises(ValueError, match="surrogates"):
        await store.read.users.get_user(username="\ud800")
    assert [line["query"] for line in lines] == ["GetUser"]
