"""Takes the feed of the bank over HTTP."""

import asyncio
from typing import Final

import psycopg

from bankapp_client import AsyncClient, ClientError, problems
from monitor.bank import Bank, describe
from monitor.intake.batch import Batch
from monitor.intake.storing import Storing
from monitor.logs import log

PAGE_SIZE: Final = 500
# So often it is known that everything is read, also when nothing happens.
WAIT_S: Final = 10
DELAY_S: Final = 1.0
DELAY_MAX_S: Final = 30.0


class Intake:
    """Reads the feed from the place that is stored, as long as the monitor runs."""

    def __init__(self, bank: Bank, storing: Storing, stored: asyncio.Event) -> None:
        self._bank = bank
        self._storing = storing
        self._stored = stored

    async def run(self) -> None:
        """Read for ever. What fails is noted and tried again, later each time."""
        delay_s = DELAY_S
        while True:
            try:
                await self._bank.ask(self._follow)
                delay_s = DELAY_S
            except ClientError as error:
                await self._note(describe(error))
            except psycopg.Error as error:
                log.error("database", exc_info=error)
            await asyncio.sleep(delay_s)
            delay_s = min(2 * delay_s, DELAY_MAX_S)

    async def _follow(self, client: AsyncClient) -> None:
        """Store page after page. Ends where the place is another than expected."""
        place = await self._storing.place()
        feed = client.follow_events(cursor=place.next_cursor, page_size=PAGE_SIZE, wait_s=WAIT_S)
        try:
            async for page in feed.pages():
                place = await self._storing.keep(place, Batch.of_page(page))
                self._stored.set()
                if place.next_cursor != page.next_cursor:
                    return  # another monitor on this database has gone on
        except problems.FeedRewound:
            log.warning("feed rewound", generation=place.generation, left=place.next_cursor)
            await self._storing.begin_again(place)

    async def _note(self, trouble: str) -> None:
        log.warning("feed not read", problem=trouble)
        try:
            await self._storing.note_trouble(trouble)
        except psycopg.Error as error:
            log.error("database", exc_info=error)
