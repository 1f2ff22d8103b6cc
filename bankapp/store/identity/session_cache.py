"""Who is behind the sessions of requests: read together, and noted as used afterwards."""

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass

from bankapp.domain import errors, limits
from bankapp.store.engine.batching import Batcher, in_order
from bankapp.store.engine.transaction import Transactions
from gen.queries import AsyncQueries
from gen.sessions import ListSessionCallersRow


@dataclass(slots=True)
class _Recalled:
    """What never changes of a session, and when, by our clock, a use of it is noted again."""

    username: str
    note_at_s: float


class SessionCache:
    """Reads anew whenever it is asked, but once for those who ask while a query is in flight.

    The query starts after they asked, so that whatever was changed before it counts. Only whose a
    session is or was is recalled of those read last, which does not say that it is still open.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._batcher = Batcher(self._get_all, count_max=limits.READ_COUNT_MAX)
        self._recalled: OrderedDict[uuid.UUID, _Recalled] = OrderedDict()
        self._to_note: set[uuid.UUID] = set()
        self._noting: asyncio.Task[None] | None = None

    async def get(self, session_id: uuid.UUID) -> ListSessionCallersRow | None:
        """None when the session has ended."""
        return await self._batcher.submit(session_id)

    def recall(self, session_id: uuid.UUID) -> str | None:
        """Whose a session is or was that was read before; None when that is not known."""
        recalled = self._recalled.get(session_id)
        if recalled is None:
            return None
        now_s = time.monotonic()
        if now_s >= recalled.note_at_s:
            recalled.note_at_s = now_s + limits.SESSION_NOTE_INTERVAL.total_seconds()
            self._note_later([session_id])
        return recalled.username

    def forget(self, session_id: uuid.UUID) -> None:
        """Have the session read when it is used again."""
        self._recalled.pop(session_id, None)

    async def _get_all(
        self, session_ids: Sequence[uuid.UUID]
    ) -> list[ListSessionCallersRow | None]:
        rows = await self._transactions.run_statement(
            lambda q: q.sessions.list_session_callers(ids=session_ids)
        )
        interval = limits.SESSION_NOTE_INTERVAL
        to_note = [row.id for row in rows if row.unnoted_for >= interval]
        now_s = time.monotonic()
        for row in rows:
            left = interval if row.unnoted_for >= interval else interval - row.unnoted_for
            self._recalled[row.id] = _Recalled(row.username, now_s + left.total_seconds())
            self._recalled.move_to_end(row.id)
        while len(self._recalled) > limits.SESSION_CACHE_COUNT_MAX:
            self._recalled.popitem(last=False)
        self._note_later(to_note)
        return in_order(session_ids, rows, lambda row: row.id)

    def _note_later(self, session_ids: Sequence[uuid.UUID]) -> None:
        self._to_note.update(session_ids)
        if self._to_note and (self._noting is None or self._noting.done()):
            # In a context of its own: it is part of no request.
            self._noting = asyncio.create_task(self._note(), context=Context())

    async def _note(self) -> None:
        while self._to_note:
            session_ids, self._to_note = self._to_note, set()
            with suppress(errors.Unavailable):  # a later use will be noted
                await self._transactions.run_statement(_note_uses, [*session_ids])
            await asyncio.sleep(limits.SESSION_NOTE_PAUSE_S)  # many cost little more than one


async def _note_uses(q: AsyncQueries, session_ids: Sequence[uuid.UUID]) -> None:
    """Keep when sessions were used last, to the minute."""
    await q.sessions.note_session_uses(ids=session_ids)
