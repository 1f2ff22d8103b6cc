"""Postings that queue behind a running batch share the next, and fail independently."""

import asyncio
from collections.abc import Sequence

import pytest
from psycopg import errors as pg

from bankapp.domain import errors
from bankapp.domain.postings import Posting, PostingKind
from bankapp.store.engine.batching import Batcher, Run
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger.outcomes import Outcome, Posted
from bankapp.store.ledger.postings import key_of
from bankapp.store.store import Store
from tests.api.conftest import Connection
from tests.factories import Make, keyed, transfer

COUNT_MAX = 10


class Recorder:
    """A posting call that notes its batches, waits to be let go on, and refuses what it is told."""

    def __init__(self) -> None:
        self.batches: list[list[Posting]] = []
        self.may_go_on = asyncio.Event()
        self.failure: Exception | None = None
        self.failing: Posting | None = None

    async def post(self, batch: Sequence[Posting]) -> list[Outcome]:
        self.batches.append([*batch])
        await self.may_go_on.wait()
        if self.failure is not None and (self.failing is None or self.failing in batch):
            raise self.failure
        return [errors.NotFound(str(posting.amount)) for posting in batch]


def posting(number: int) -> Posting:
    return Posting(kind=PostingKind.TRANSFER, amount=number)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def gatherer_of(
    recorder: Recorder, run_alone: Run[Posting, Outcome] | None = None
) -> Batcher[Posting, Outcome]:
    return Batcher(recorder.post, count_max=COUNT_MAX, conflict_key=key_of, run_alone=run_alone)


async def started(
    batcher: Batcher[Posting, Outcome], postings: Sequence[Posting]
) -> list[asyncio.Task[Outcome]]:
    """Callers who all wait by now."""
    tasks = [asyncio.create_task(batcher.submit(one)) for one in postings]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_items_that_arrive_during_a_batch_share_the_next(recorder: Recorder) -> None:
    batcher = gatherer_of(recorder)
    tasks = await started(batcher, [posting(1)])
    tasks += await started(batcher, [posting(n) for n in range(2, 10)])
    assert recorder.batches == [[posting(1)]]
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks)
    assert recorder.batches == [[posting(1)], [posting(n) for n in range(2, 10)]]
    assert [str(answer) for answer in answers] == [str(n) for n in range(1, 10)]


async def test_a_call_takes_only_so_many(recorder: Recorder) -> None:
    count = COUNT_MAX + 2
    tasks = await started(gatherer_of(recorder), [posting(1)] * count)
    recorder.may_go_on.set()
    await asyncio.gather(*tasks)
    assert [len(batch) for batch in recorder.batches] == [COUNT_MAX, 2]


@pytest.mark.parametrize("first_count", [1, 20, 49])
async def test_uneven_parts_become_even(first_count: int) -> None:
    """Goal: however many come first, those who ask again and again end up in two equal parts.

    Method: 64 callers who ask again as soon as they are answered, of whom some come first.
    """
    sizes: list[int] = []

    async def answer(batch: Sequence[int]) -> Sequence[int]:
        sizes.append(len(batch))
        await asyncio.sleep(0.001)
        return batch

    async def keep_asking(number: int) -> None:
        for _ in range(20):
            await batcher.submit(number)

    batcher = Batcher(answer, count_max=1000)
    callers = [asyncio.create_task(keep_asking(number)) for number in range(first_count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    callers += [asyncio.create_task(keep_asking(number)) for number in range(first_count, 64)]
    await asyncio.gather(*callers)
    assert set(sizes[10:20]) <= {31, 32, 33}


async def test_requests_under_one_key_wait_for_each_other(recorder: Recorder) -> None:
    same, other = keyed(posting(1), "k1"), keyed(posting(2), "k2")
    tasks = await started(gatherer_of(recorder), [same, same, other, same])
    recorder.may_go_on.set()
    await asyncio.gather(*tasks)
    assert recorder.batches == [[same, other], [same], [same]]


async def test_who_goes_away_takes_nobody_along(recorder: Recorder) -> None:
    batcher = gatherer_of(recorder)
    first, *others = await started(batcher, [posting(n) for n in range(1, 5)])
    first.cancel()
    others[1].cancel()
    recorder.may_go_on.set()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert [type(answer) for answer in answers] == [
        asyncio.CancelledError,
        errors.NotFound,
        asyncio.CancelledError,
        errors.NotFound,
    ]
    assert [*map(len, recorder.batches)] == [4]


async def test_a_database_that_is_gone_is_gone_for_all(recorder: Recorder) -> None:
    recorder.failure = errors.Unavailable()
    tasks = await started(gatherer_of(recorder), [posting(n) for n in range(5)[1:]])
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(answer, errors.Unavailable) for answer in answers)
    assert len(recorder.batches) == 1


async def test_a_lock_that_one_waits_for_keeps_nobody_else(recorder: Recorder) -> None:
    """The items of a batch that is known to have failed are retried, each by itself."""
    recorder.failure, recorder.failing = errors.Unavailable.undone(), posting(3)
    tasks = await started(
        gatherer_of(recorder, run_alone=recorder.post), [posting(n) for n in range(1, 5)]
    )
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [
        errors.NotFound,
        errors.NotFound,
        errors.Unavailable,
        errors.NotFound,
    ]


async def test_a_run_that_has_waited_for_a_lock_is_not_divided(recorder: Recorder) -> None:
    """Each of them alone would wait as long again."""
    recorder.failure = errors.Unavailable.undone()
    tasks = await started(gatherer_of(recorder), [posting(n) for n in range(1, 5)])
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [errors.Unavailable] * 4
    assert len(recorder.batches) == 1


async def test_what_comes_later_does_not_wait_for_who_waits_for_a_lock(
    recorder: Recorder,
) -> None:
    may_be_had = asyncio.Event()

    async def wait_for_lock(batch: Sequence[Posting]) -> list[Outcome]:
        await may_be_had.wait()
        return [errors.NotFound("at last") for _ in batch]

    recorder.failure, recorder.failing = errors.Unavailable.undone(), posting(3)
    recorder.may_go_on.set()
    batcher = gatherer_of(recorder, run_alone=wait_for_lock)
    [waiting] = await started(batcher, [posting(3)])
    assert str(await batcher.submit(posting(4))) == "4"
    assert not waiting.done()
    may_be_had.set()
    assert str(await waiting) == "at last"


async def test_what_may_have_been_done_is_not_done_again(recorder: Recorder) -> None:
    """An error in Python may come after COMMIT, so only the key tells the outcome."""
    recorder.failure = ValueError("a log that cannot be written")
    tasks = await started(gatherer_of(recorder), [posting(n) for n in range(1, 5)])
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [errors.Unavailable] * 4
    assert not any(getattr(answer, "is_undone", True) for answer in answers)
    assert len(recorder.batches) == 1


async def test_too_few_answers_are_none(recorder: Recorder) -> None:
    async def answer_the_first(batch: Sequence[Posting]) -> list[Outcome]:
        await asyncio.sleep(0)
        return [errors.NotFound() for _ in batch[:1]]

    batcher: Batcher[Posting, Outcome] = Batcher(answer_the_first, count_max=COUNT_MAX)
    tasks = await started(batcher, [posting(1), posting(2)])
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [errors.Unavailable] * 2


async def test_a_bug_meets_only_whom_it_concerns(recorder: Recorder) -> None:
    """PostgreSQL says that it has changed nothing."""
    recorder.failure, recorder.failing = pg.CheckViolation("a bug"), posting(3)
    tasks = await started(gatherer_of(recorder), [posting(n) for n in range(1, 5)])
    recorder.may_go_on.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [
        errors.NotFound,
        errors.NotFound,
        pg.CheckViolation,
        errors.NotFound,
    ]


async def test_after_a_failure_it_goes_on(recorder: Recorder) -> None:
    batcher = gatherer_of(recorder)
    recorder.may_go_on.set()
    recorder.failure = errors.Unavailable()
    with pytest.raises(errors.Unavailable):
        await batcher.submit(posting(1))
    recorder.failure = None
    assert isinstance(await batcher.submit(posting(1)), errors.NotFound)


async def test_many_payments_of_one_account_at_once(store: Store, make: Make) -> None:
    """Goal: a hot account gives 1,000 callers their own answers, and the last money once."""
    source, target = await make.account(balance=900), await make.account()
    outcomes = await asyncio.gather(
        *(store.postings.submit(transfer(source, target, 1)) for _ in range(1000))
    )
    refused = [one for one in outcomes if isinstance(one, errors.InsufficientFunds)]
    assert len(refused) == 100


async def test_a_lock_that_somebody_keeps_stops_no_other_payment(
    pool: Pool, make: Make, connection: Connection
) -> None:
    """Goal: one account that is not to be had delays its own payments only, and loses none.

    Method: keep its lock from outside past the lock's timeout, pay from it and from others. With
    as many retries, a line that waited with it would not come to an end.
    """
    kept, free, target = [await make.account(balance=9) for _ in range(3)]
    store = Store(pool, retry_count_max=1000)
    connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [kept.id])
    waiting = asyncio.create_task(store.postings.submit(transfer(kept, target, 1)))
    async with asyncio.timeout(15):
        for _ in range(9):
            assert isinstance(await store.postings.submit(transfer(free, target, 1)), Posted)
    assert not waiting.done()
    connection.rollback()
    assert isinstance(await waiting, Posted)
