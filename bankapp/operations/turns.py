"""Turns: long work gives way to other requests now and then."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

from bankapp import tuning

Item = TypeVar("Item")


async def in_turns(items: Iterable[Item]) -> AsyncIterator[Item]:
    """The items, with a turn of other requests after every TURN_ITEM_COUNT of them."""
    for count, item in enumerate(items, start=1):
        yield item
        if count % tuning.TURN_ITEM_COUNT == 0:
            await asyncio.sleep(0)
