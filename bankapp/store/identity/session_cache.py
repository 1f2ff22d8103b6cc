"""The users behind sessions: concurrent reads share a query, and uses are noted afterwards."""

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta

from bankapp import tuning
from bankapp.domain import errors
from bankapp.store.engine.batching import Batcher, in_order
from bankapp.store.engine.transaction import Transactions
from gen.queries import AsyncQueries
from gen.sessions import ListSessionCallersRow


@dataclass(slots=True)
class _Cached:
    """The user of a session, and when, by the process's clock, a use is to be noted again."""

    username: str
    note_at_s: float


class SessionCache:
    """Reads the callers of sessions; concurrent calls share a query.

    The query starts after the calls, so that each change before a call counts. Of the sessions read
    last only the username is cached, which never changes: an ended session has it, too.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._batcher = Batcher(self._get_all, count_max=tuning.READ_COUNT_MAX)
        self._cached: OrderedDict[uuid.UUID, _Cached] = OrderedDict()
        self._to_note: set[uuid.UUID] = set()
        self._noting: asyncio.Task[None] | None = None

    async def get(self, session_id: uuid.UUID) -> ListSessionCallersRow | None:
        """The user behind a session; None when it has ended."""
        return await self._batcher.submit(session_id)

    def username(self, session_id: uuid.UUID) -> str | None:
        """The user of an open or ended session, if it is cached."""
        cached = self._cached.get(session_id)
        if cached is None:
            return None
        now_s = time.monotonic()
        if now_s >= cached.note_at_s:
            cached.note_at_s = now_s + tuning.SESSION_NOTE_INTERVAL.total_seconds()
            self._note_later([session_id])
        return cached.username

    def forget(self, session_id: uuid.UUID) -> None:
        """Drop the session from the cache."""
        self._cached.pop(session_id, None)

    async def _get_all(
        self, session_ids: Sequence[uuid.UUID]
    ) -> list[ListSessionCallersRow | None]:
        rows = await self._transactions.run_statement(
            lambda q: q.sessions.list_session_callers(ids=session_ids)
        )
        interval = tuning.SESSION_NOTE_INTERVAL
        now_s = time.monotonic()
        to_note: list[uuid.UUID] = []
        for row in rows:
            left = interval - row.unnoted_for
            # More than the interval is left where the database's clock has stepped back.
            if not timedelta() < left <= interval:
                to_note.append(row.id)
                left = interval
            self._cached[row.id] = _Cached(row.username, now_s + left.total_seconds())
            self._cached.move_to_end(row.id)
        while len(self._cached) > tuning.SESSION_CACHE_COUNT_MAX:
            self._cached.popitem(last=False)
        self._note_later(to_note)
        return in_order(session_ids, rows, lambda row: row.id)

    def _note_later(self, session_ids: Sequence[uuid.UUID]) -> None:
        self._to_note.update(session_ids)
        if self._to_note and (self._noting is None or self._noting.done()):
            # In a context of its own, because it is part of no request.
            self._noting = asyncio.create_task(self._note(), context=Context())

    async def _note(self) -> None:
        while self._to_note:
            session_ids, self._to_note = self._to_note, set()
            with suppress(errors.Unavailable):  # a later use will be noted
                await self._transactions.run_statement(_note_uses, [*session_ids])
            await asyncio.sleep(tuning.SESSION_NOTE_PAUSE_S)  # many cost little more than one


async def _note_uses(q: AsyncQueries, session_ids: Sequence[uuid.UUID]) -> None:
    """Keep when sessions were used last, to the minute."""
    await q.sessions.note_session_uses(
        ids=session_ids, note_interval=tuning.SESSION_NOTE_INTERVAL_MIN
    )
