"""A request that is sent twice under one key is done once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.domain import errors
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting, PostingKind
from bankapp.store import purge
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.transaction import Pool
from bankapp.store.ledger import postings
from bankapp.store.ledger.outcomes import Held, Outcome, Posted
from bankapp.store.store import Store
from gen.queries import Queries
from tests.factories import (
    Make,
    as_text,
    capture,
    deposit,
    hold,
    keyed,
    reversal,
    transfer,
    void,
    withdrawal,
)
from tests.waiting import until_waiting

Connection = psycopg.Connection[tuple[object, ...]]
KINDS = ("transfer", "deposit", "withdrawal", "reversal", "hold", "capture", "void")


def first_answer(outcome: Outcome) -> Outcome:
    """The outcome without what says that it is a replay."""
    if isinstance(outcome, errors.Refusal):
        return outcome
    return replace(outcome, replayed_request_id=None)


@pytest.fixture
async def good(store: Store, make: Make) -> dict[str, Posting]:
    """A posting of every kind that will be accepted."""
    payer, payee = await make.account(balance=1000), await make.account(balance=1000)
    paid, *held = await store.postings.post(
        [transfer(payer, payee, 10), *[hold(payer, payee, 10)] * 2]
    )
    assert isinstance(paid, Posted)
    ids = [one.hold.id for one in held if isinstance(one, Held)]
    return {
        "transfer": replace(transfer(payer, payee, 5), description="rent"),
        "deposit": deposit(payee, 5),
        "withdrawal": withdrawal(payee, 5),
        "reversal": reversal(paid.transfer.id),
        "hold": hold(payer, payee, 5),
        "capture": capture(ids[0]),
        "void": void(ids[1]),
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_the_same_request_gets_its_first_answer(
    store: Store, good: dict[str, Posting], kind: str, connection: Connection
) -> None:
    posting = keyed(good[kind], "k1")
    assert posting.key is not None
    first = await store.postings.submit(posting)
    assert not isinstance(first, errors.Refusal)
    assert first.replayed_request_id is None
    written = connection.execute("SELECT count(*) FROM transfers").fetchone()
    connection.rollback()
    for other in ("later", "last"):
        again = await store.postings.submit(
            replace(posting, key=replace(posting.key, request_id=other))
        )
        assert not isinstance(again, errors.Refusal)
        assert first_answer(again) == first
        assert again.replayed_request_id == posting.key.request_id
    assert connection.execute("SELECT count(*) FROM transfers").fetchone() == written


@pytest.mark.parametrize("kind", KINDS)
async def test_another_request_is_refused_and_changes_nothing(
    store: Store, good: dict[str, Posting], kind: str
) -> None:
    first = await store.postings.submit(keyed(good[kind], "k1"))
    refused = await store.postings.submit(keyed(good[kind], "k1", request="other"))
    assert isinstance(refused, errors.IdempotencyKeyReused)
    again = await store.postings.submit(keyed(good[kind], "k1"))
    assert first_answer(again) == first


async def test_a_refusal_is_an_answer_too(store: Store, make: Make) -> None:
    payer, payee = await make.account(), await make.account()
    short = keyed(transfer(payer, payee, 5), "k1")
    assert short.key is not None
    assert isinstance(await store.postings.submit(short), errors.InsufficientFunds)
    await store.postings.submit(deposit(payer, 100))
    again = await store.postings.submit(short)
    assert isinstance(again, errors.InsufficientFunds)
    assert again.replayed_request_id == short.key.request_id


async def test_nobody_meets_anothers_keys(store: Store, good: dict[str, Posting]) -> None:
    for scope in ("alice", "bob"):
        outcome = await store.postings.submit(keyed(good["transfer"], "k1", scope))
        assert isinstance(outcome, Posted)
        assert outcome.replayed_request_id is None


async def test_a_key_stands_for_a_day(
    store: Store, good: dict[str, Posting], connection: Connection
) -> None:
    """It stands until the purge deletes it, and the purge may do so after a day."""
    posting = keyed(good["transfer"], "k1")
    first = await store.postings.submit(posting)
    for age, is_replay in (("23 hours 59 minutes", True), ("24 hours 1 minute", False)):
        connection.execute("UPDATE idempotency_keys SET created_at = now() - %s::interval", [age])
        connection.commit()
        assert first_answer(await store.postings.submit(posting)) == first
        await store.purge(purge.idempotency_keys, datetime.now(UTC))
        again = await store.postings.submit(posting)
        assert isinstance(again, Posted)
        assert (first_answer(again) == first) == is_replay
    assert first_answer(await store.postings.submit(posting)) == first_answer(again)


async def test_many_at_once_are_one(store: Store, good: dict[str, Posting]) -> None:
    """Goal: a key is used once. Method: 60 requests at once, on many connections."""
    posting = keyed(good["transfer"], "k1")
    outcomes = await asyncio.gather(*(store.postings.post([posting]) for _ in range(60)))
    answers = [outcome for [outcome] in outcomes if isinstance(outcome, Posted)]
    assert len({answer.transfer.id for answer in answers}) == 1
    assert [answer.replayed_request_id for answer in answers].count(None) == 1
    assert len(answers) == 60


async def test_one_key_for_two_requests_at_once_does_one(pool: Pool, make: Make) -> None:
    """Goal: the key decides where no account is shared. Method: 20 pairs under one key, at once."""
    pairs = [(await make.account(balance=5), await make.account()) for _ in range(20)]
    outcomes = await asyncio.gather(
        *(Store(pool).postings.post([keyed(transfer(*pair, 5), "k1")]) for pair in pairs)
    )
    flat = [outcome for [outcome] in outcomes]
    assert sum(isinstance(outcome, Posted) for outcome in flat) == 1
    assert sum(isinstance(outcome, errors.IdempotencyKeyReused) for outcome in flat) == 19


async def open_once(store: Store, owner: str, currency: str, key: RequestKey | None) -> Answer[str]:
    return await store.accounts.open_once(owner, currency, key, lambda opened: str(opened.id))


async def test_an_account_is_opened_once(store: Store, make: Make) -> None:
    owner = (await make.user("alice")).username
    key = keyed(Posting(kind=PostingKind.TRANSFER), "k1").key
    answers = await asyncio.gather(*(open_once(store, owner, "USD", key) for _ in range(10)))
    assert len({answer.result for answer in answers}) == 1
    assert [answer.replayed_request_id for answer in answers].count(None) == 1


async def test_a_refused_account_stays_refused(store: Store, make: Make) -> None:
    owner = (await make.user("alice")).username
    await store.accounts.open(owner, "USD")
    key = keyed(Posting(kind=PostingKind.TRANSFER), "k1").key
    assert key is not None
    for replayed in (None, key.request_id):
        with pytest.raises(errors.AccountExists) as raised:
            await open_once(store, owner, "USD", key)
        assert raised.value.replayed_request_id == replayed
    with pytest.raises(errors.IdempotencyKeyReused):
        await open_once(store, owner, "USD", replace(key, request_hash=bytes(32)))


async def test_what_may_change_is_no_answer(store: Store, make: Make) -> None:
    """An unknown currency is not kept: the bank may deal in it tomorrow."""
    owner = (await make.user("alice")).username
    key = keyed(Posting(kind=PostingKind.TRANSFER), "k1").key
    for _ in range(2):
        with pytest.raises(errors.ValidationFailed) as raised:
            await open_once(store, owner, "XXX", key)
        assert raised.value.replayed_request_id is None


async def test_a_batch_and_its_like_do_not_block_each_other(pool: Pool, make: Make) -> None:
    """Goal: keys are locked after the accounts. Method: one key for both, at once."""
    source, target = await make.account(balance=1000), await make.account()
    store = Store(pool)
    for number in range(20):
        single = keyed(transfer(source, target, 1), f"k{number}")
        batch = store.postings.post_once(
            [transfer(source, target, 1)], is_atomic=True, key=single.key, render=as_text
        )
        answers = await asyncio.gather(batch, store.postings.post([single]), return_exceptions=True)
        assert not any(isinstance(answer, errors.Unavailable) for answer in answers), answers
    row = await store.accounts.get(source.id)
    assert row is not None
    assert row.balance == 1000 - 20


async def test_keys_in_any_order_do_not_deadlock(
    store: Store, pool: Pool, make: Make, connection: Connection
) -> None:
    """Goal: keys are taken in one order, whatever order the items have.

    Method: two batches take the same keys in opposite order, on accounts that have nothing in
    common, and the first is held up in the middle. The second must lose to it, not to a circle.
    """
    pairs = [(await make.account(balance=10), await make.account()) for _ in range(2)]

    def batch(number: int, keys: str) -> list[Posting]:
        return [keyed(transfer(*pairs[number], 1), key) for key in keys]

    connection.execute(
        "INSERT INTO idempotency_keys (scope, key, request_hash, request_id, created_at)"
        " VALUES ('alice', 'm', sha256('x'), 'x', now())"
    )
    first = asyncio.create_task(store.postings.post(batch(0, "zma")))
    await until_waiting(pool, 1)
    second = asyncio.create_task(store.postings.post(batch(1, "az")))
    await until_waiting(pool, 2)
    connection.rollback()
    assert all(isinstance(outcome, Posted) for outcome in await first)
    with pytest.raises(errors.Unavailable) as lost:
        await second
    assert isinstance(lost.value.__cause__, pg.SerializationFailure)


async def test_a_key_that_is_being_taken_is_waited_for(
    pool: Pool, make: Make, connection: Connection
) -> None:
    """Goal: one key, one request, though neither knew of the other when it began.

    Method: the second, on other accounts, waits for the key of the first, which then commits.
    """
    pairs = [(await make.account(balance=10), await make.account()) for _ in range(2)]
    first, second = (keyed(transfer(*pair, 1), "k1") for pair in pairs)
    Queries(connection).transfers.post_transfers(postings.parameters([first]))
    task = asyncio.create_task(Store(pool).postings.post([second]))
    await until_waiting(pool, 1)
    connection.commit()
    [outcome] = await task
    assert isinstance(outcome, errors.IdempotencyKeyReused)
