"""Consumers of the feed: how far each is, and which process takes it further."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bankapp import tuning
from bankapp.domain.feed import Place
from bankapp.store.engine.transaction import Transactions
from gen.feed_consumers import ListConsumersBehindRow
from gen.queries import AsyncQueries

PROBLEM_LENGTH_MAX: Final = 500


class LeaseLost(Exception):
    """Another process has taken the lease, or an operator has set the consumer back."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to take a consumer further, and how far it is.

    `is_set_back` says that an operator has it take again what lies behind the place.
    """

    name: str
    token: UUID
    place: Place
    is_set_back: bool


class Consumers:
    """The transactions on consumers of the feed."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run

    async def take(self, name: str) -> Lease | None:
        """Take the lease of a consumer, for 30 s; None while another has it.

        A consumer that is new begins with the first event.
        """
        return await self._run(take_lease, name)

    async def renew(self, lease: Lease) -> None:
        """Begin the time of the lease anew. Raises LeaseLost."""
        await self._run(renew_lease, lease)

    async def advance(self, lease: Lease, place: Place) -> Lease:
        """Note that all up to a place was taken, and begin the time of the lease anew.

        Raises LeaseLost.
        """
        return await self._run(advance_consumer, lease, place)

    async def note(self, lease: Lease, problem: str) -> None:
        """Note why the consumer does not get on; it is forgotten once it does."""
        await self._run(note_problem, lease, problem)

    async def give_up(self, lease: Lease) -> None:
        """Let another take the lease at once."""
        await self._run(give_up_lease, lease)

    async def list_behind(self) -> list[ListConsumersBehindRow]:
        """By how many positions each kind of consumer is behind."""
        return await self._run(
            lambda q: q.feed_consumers.list_consumers_behind(row_count_max=tuning.READ_COUNT_MAX)
        )


async def take_lease(q: AsyncQueries, name: str) -> Lease | None:
    await q.feed_consumers.insert_consumer(name=name)
    row = await q.feed_consumers.take_consumer_lease(name=name, duration_s=tuning.LEASE_DURATION_S)
    if row is None:
        return None
    assert row.lease_token is not None
    return Lease(
        name=name,
        token=row.lease_token,
        place=Place(row.epoch, row.position),
        is_set_back=row.resumed_count < row.set_back_count,
    )


async def renew_lease(q: AsyncQueries, lease: Lease) -> None:
    renewed = await q.feed_consumers.renew_consumer_lease(
        name=lease.name, lease_token=lease.token, duration_s=tuning.LEASE_DURATION_S
    )
    if renewed == 0:
        raise LeaseLost


async def advance_consumer(q: AsyncQueries, lease: Lease, place: Place) -> Lease:
    advanced = await q.feed_consumers.advance_consumer(
        name=lease.name,
        lease_token=lease.token,
        epoch=place.epoch,
        position=place.position,
        duration_s=tuning.LEASE_DURATION_S,
    )
    if advanced == 0:
        raise LeaseLost
    return replace(lease, place=place, is_set_back=False)


async def note_problem(q: AsyncQueries, lease: Lease, problem: str) -> None:
    await q.feed_consumers.note_consumer_problem(
        name=lease.name, lease_token=lease.token, last_error=problem[:PROBLEM_LENGTH_MAX]
    )


async def give_up_lease(q: AsyncQueries, lease: Lease) -> None:
    await q.feed_consumers.give_up_consumer_lease(name=lease.name, lease_token=lease.token)
