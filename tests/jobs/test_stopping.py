"""A worker stops when told to, in every state."""

import asyncio

import pytest
import uvloop

from bankapp.jobs.loop import work
from bankapp.jobs.queue import open_queue


async def start_and_stop(database_url: str, delay_s: float) -> None:
    stop = asyncio.Event()
    async with open_queue(database_url).open_async() as queue:
        working = asyncio.create_task(work(queue, stop))
        await asyncio.sleep(delay_s)
        stop.set()
        done, _ = await asyncio.wait({working}, timeout=10)
        assert done, "the worker goes on"


@pytest.mark.parametrize("delay_ms", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_worker_stops_at_any_moment(database_url: str, delay_ms: int) -> None:
    """Goal: a stop is heeded while the worker opens connections, registers, or waits for jobs.

    Method: stopped after ever longer delays, on the server's event loop. A cancellation would get
    lost while the worker waits for a connection.
    """
    for _ in range(3):
        uvloop.run(start_and_stop(database_url, delay_ms / 1000))
