"""Who is behind the sessions of requests: read together, and noted as used afterwards."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress

from bankapp.domain import errors, limits
from bankapp.store import sessions
from bankapp.store.gathering import Gatherer, in_order
from bankapp.store.transaction import Transactions
from gen.sessions import ListSessionCallersRow


class SessionCallers:
    """Reads anew for every request, but those that come while a query is in flight as one.

    The query starts after the request came, so that whatever was changed before it counts.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._gatherer = Gatherer(self._get_all, count_max=limits.READ_COUNT_MAX)
        self._to_note: set[uuid.UUID] = set()
        self._noting: asyncio.Task[None] | None = None

    async def get(self, session_id: uuid.UUID) -> ListSessionCallersRow | None:
        """None when the session has ended."""
        return await self._gatherer.ask(session_id)

    async def _get_all(
        self, session_ids: Sequence[uuid.UUID]
    ) -> list[ListSessionCallersRow | None]:
        rows = await self._transactions.run_statement(
            lambda q: q.sessions.list_session_callers(ids=session_ids)
        )
        self._to_note.update(row.id for row in rows if row.is_use_to_be_noted)
        if self._to_note and (self._noting is None or self._noting.done()):
            self._noting = asyncio.create_task(self._note())
        return in_order(session_ids, rows, lambda row: row.id)

    async def _note(self) -> None:
        while self._to_note:
            session_ids, self._to_note = self._to_note, set()
            with suppress(errors.Unavailable):  # the next use will be noted
                await self._transactions.run_statement(sessions.note_uses, [*session_ids])
