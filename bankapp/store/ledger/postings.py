"""Moving and holding money: the transactions and steps around the one posting call."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from bankapp import tuning
from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting
from bankapp.store.engine.batching import Batcher
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.lanes import Lanes
from bankapp.store.engine.transaction import Transactions
from bankapp.store.engine.turns import Turns
from bankapp.store.ledger.clock import ClockWatch
from bankapp.store.ledger.outcomes import Outcome, outcome_of, outcomes_of, request_id_of
from bankapp.telemetry import metrics
from gen.holds import ExpireHoldsRow
from gen.queries import AsyncQueries
from gen.transfers import PostTransfersParams, PostTransfersRow

_FIRST_TIME: Final = datetime.min.replace(tzinfo=UTC)


class Postings:
    """The transactions that move and hold money.

    An accepted posting is durable when they return. After Unavailable it is unknown whether it was
    posted; the same request under its key gets the answer.
    """

    def __init__(
        self, transactions: Transactions, forget_session: Callable[[uuid.UUID], None]
    ) -> None:
        self._run_statement = transactions.run_statement
        self._try_statement = transactions.try_statement
        self._run_once = transactions.run_once
        self._forget_session = forget_session
        self._clock = ClockWatch()
        self._batcher = Batcher(
            self._post_batched,
            run_alone=self._post_alone,
            count_max=limits.POSTING_COUNT_MAX,
            conflict_key=key_of,
        )
        # What must wait for a lock waits apart, by account or by user, and for few connections.
        self._lanes = Lanes(self._create_lane)
        self._lane_slots = asyncio.Semaphore(tuning.LANE_COUNT_MAX)
        self._slow_lane_slots = asyncio.Semaphore(tuning.LANE_COUNT_MAX)
        # So that batches cannot take the whole pool, nor those of one user all that batches may.
        self._batch_turns = Turns(
            count_each=1,
            count_all=tuning.BATCH_CONCURRENCY,
            waiting_count_max=tuning.WAITING_BATCH_COUNT_MAX,
            rest_of=self.begin_rest,
        )
        self._known_batch_count = 0

    async def submit(self, posting: Posting) -> Outcome:
        """Post one item, in a batch with those of concurrent callers.

        An item that has to wait for an account keeps no other waiting but those of that account.
        """
        if posting.origin.actor in self._batch_turns:  # accounts or keys of the batch are locked
            row = await self._lanes.submit(posting.origin.actor, posting)
        else:
            row = await self._batcher.submit(posting)
            if row.busy_account_id is not None:
                row = await self._lanes.submit(row.busy_account_id, posting)
        # Made here and not for the whole batch at once, which would delay the next batch.
        outcome = outcome_of(posting, row)
        if isinstance(outcome, errors.Unauthenticated) and posting.origin.session_id is not None:
            self._forget_session(posting.origin.session_id)
        return outcome

    async def post(self, batch: Sequence[Posting], *, is_atomic: bool = False) -> list[Outcome]:
        """Post a batch; returns the outcomes in order.

        Each item is accepted or refused on its own, with `is_atomic` all or none.
        """
        assert len(batch) <= limits.POSTING_COUNT_MAX
        rows = await self._run_statement(self._post, batch, is_atomic=is_atomic)
        return outcomes_of(batch, rows)

    async def post_once(
        self,
        batch: Sequence[Posting],
        *,
        is_atomic: bool,
        key: RequestKey | None,
        render: Callable[[Iterable[Outcome]], Awaitable[str]],
    ) -> Answer[str]:
        """Post a batch once under the key; the answer is what `render` makes of the outcomes.

        The batches of one user are posted one at a time. Raises IdempotencyKeyReused,
        Unauthenticated, and Unavailable when too many of them wait.
        """

        async def step(q: AsyncQueries) -> str:
            rows = await self._post(q, batch, is_atomic=is_atomic)
            return await render(_outcomes_of_session(batch, rows))

        async with self._batch_turns.take(batch[0].origin.actor):
            return await self._run_once(key, step)

    def begin_rest(self, duration_s: float) -> float:
        """Note the end of a batch; returns for how many seconds the user's next one waits.

        It waits if others have posted since the last batch ended: they have half of the time.
        """
        known, self._known_batch_count = self._known_batch_count, self._batcher.batch_count
        if self._batcher.batch_count == known:
            return 0.0
        return min(duration_s, tuning.BATCH_REST_MAX_S)  # the duration may be that of a lock

    async def expire_holds(self, moment: datetime) -> int:
        """Note the ends of expired holds, in batches; returns how many were due.

        Holds of accounts that are in use are passed by, and have their turn the next time.
        """
        due_count = 0
        last = ExpireHoldsRow(due_count=0, last_expiry=_FIRST_TIME, last_id=0)
        while True:
            found = await self._run_statement(_expire, moment, last)
            if found is None:
                return due_count
            due_count += found.due_count
            last = found

    async def _post_batched(self, batch: Sequence[Posting]) -> list[PostTransfersRow]:
        metrics.BATCH_SIZES.observe(len(batch))
        return await self._try_statement(
            self._post, batch, lock_timeout_s=tuning.BATCHED_LOCK_TIMEOUT_S, skips_locked=True
        )

    async def _post_alone(self, batch: Sequence[Posting]) -> list[PostTransfersRow]:
        return await self._run_statement(self._post, batch)

    def _create_lane(self) -> Batcher[Posting, PostTransfersRow]:
        return Batcher(self._post_in_lane, count_max=limits.POSTING_COUNT_MAX, conflict_key=key_of)

    async def _post_in_lane(self, batch: Sequence[Posting]) -> list[PostTransfersRow]:
        try:
            async with self._lane_slots:
                return await self._try_statement(
                    self._post, batch, lock_timeout_s=tuning.BATCHED_LOCK_TIMEOUT_S
                )
        except errors.Unavailable as error:
            if not error.is_undone:
                raise
        # The lock is held for long: it must not take a slot from locks that are not.
        async with self._slow_lane_slots:
            return await self._run_statement(self._post, batch)

    async def _post(
        self,
        q: AsyncQueries,
        batch: Sequence[Posting],
        *,
        is_atomic: bool = False,
        lock_timeout_s: float = tuning.LOCK_TIMEOUT_S,
        skips_locked: bool = False,
    ) -> list[PostTransfersRow]:
        """Post a batch in order and in one statement, each item accepted or refused on its own.

        With `is_atomic` all are accepted or none is. With `skips_locked` an item whose account
        another transaction has locked is not posted, and its row has a `busy_account_id`. Returns
        one row per posting, in their order.
        """
        given = parameters(
            batch, is_atomic=is_atomic, lock_timeout_s=lock_timeout_s, skips_locked=skips_locked
        )
        rows = await q.transfers.post_transfers(given)
        self._clock.note(rows)
        return rows


def _outcomes_of_session(
    batch: Sequence[Posting], rows: Sequence[PostTransfersRow]
) -> Iterator[Outcome]:
    """The outcomes, each made when it is asked for. Raises Unauthenticated."""
    for posting, row in zip(batch, rows, strict=True):
        outcome = outcome_of(posting, row)
        if isinstance(outcome, errors.Unauthenticated):
            raise outcome  # all items are of one session
        yield outcome


def key_of(posting: Posting) -> tuple[str, str] | None:
    """The key that two postings of one batch must not share."""
    return None if posting.key is None else (posting.key.scope, posting.key.key)


def parameters(
    postings: Sequence[Posting],
    *,
    is_atomic: bool = False,
    lock_timeout_s: float = tuning.LOCK_TIMEOUT_S,
    skips_locked: bool = False,
) -> PostTransfersParams:
    """The postings as the posting call takes them: item n is element n of every array."""
    keys = [posting.key for posting in postings]
    return PostTransfersParams(
        kinds=[posting.kind for posting in postings],
        from_account_ids=[posting.from_account_id for posting in postings],
        to_account_ids=[posting.to_account_id for posting in postings],
        amounts=[posting.amount for posting in postings],
        currencies=[posting.currency for posting in postings],
        descriptions=[posting.description for posting in postings],
        required_owners=[posting.required_owner for posting in postings],
        requesters=[posting.origin.actor for posting in postings],
        reference_ids=[posting.reference_id for posting in postings],
        lifetimes=[posting.lifetime for posting in postings],
        scopes=[None if key is None else key.scope for key in keys],
        keys=[None if key is None else key.key for key in keys],
        request_hashes=[None if key is None else key.request_hash for key in keys],
        request_ids=[request_id_of(posting) for posting in postings],
        is_atomic=is_atomic,
        session_ids=[posting.origin.session_id for posting in postings],
        lock_timeout_ms=round(lock_timeout_s * 1000),
        skips_locked=skips_locked,
    )


async def _expire(q: AsyncQueries, moment: datetime, last: ExpireHoldsRow) -> ExpireHoldsRow | None:
    return await q.holds.expire_holds(
        moment=moment,
        after_expiry=last.last_expiry,
        after_id=last.last_id,
        row_count_max=tuning.EXPIRY_BATCH_SIZE,
    )
