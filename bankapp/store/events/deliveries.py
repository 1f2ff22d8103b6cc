"""The progress of webhooks: who sends, how far an endpoint is, and what it has not taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from bankapp.domain import events
from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import MailKind
from bankapp.domain.origin import THE_BANK
from bankapp.domain.webhooks import Circuit, DisabledReason, Outcome, Schedule, Try
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from gen import models
from gen.enums import WebhookStatus
from gen.queries import AsyncQueries
from gen.webhook_endpoints import ListWebhookSecretsRow, UpdateWebhookProgressParams

RUNNING = frozenset({WebhookStatus.ACTIVE, WebhookStatus.FAILING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right of one worker to send to an endpoint, for a while from each save on."""

    endpoint: models.WebhookEndpoint
    token: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Tries, in the order of their positions, and how far the endpoint is with them.

    Up to `position`, and `replay_position` of what is sent once more, all was tried. Of the tries,
    the first `parked_count` are parked if they failed; the others are behind that place. An
    endpoint that `has_caught_up` is sent new events at full speed; of one that `is_idle`, nothing
    waits.
    """

    tries: Sequence[Try] = ()
    parked_count: int = 0
    position: int | None = None
    replay_position: int | None = None
    has_caught_up: bool = False
    is_idle: bool = False


class Deliveries:
    """The transactions of the workers that send events to endpoints."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._run_statement = transactions.run_statement

    async def claim(self, endpoint_id: int, token: UUID, lease: timedelta) -> Lease | None:
        """The lease of an endpoint; None where nothing may be sent now, or another has it."""
        claimed = await self._run_statement(
            lambda q: q.webhook_endpoints.claim_webhook_endpoint(
                id=endpoint_id, lease_token=token, lease=lease
            )
        )
        return None if claimed is None else Lease(endpoint=claimed, token=token)

    async def save(self, lease: Lease, progress: Progress, schedule: Schedule) -> Lease | None:
        """Note progress, and go on with the lease; None where nothing more may be sent now.

        The place moves on in the transaction that parks what failed.
        """
        return await self._run(save_progress, lease, progress, schedule)

    async def release(self, lease: Lease) -> None:
        """Give the lease back."""
        await self._run_statement(
            lambda q: q.webhook_endpoints.release_webhook_endpoint(
                id=lease.endpoint.id, lease_token=lease.token
            )
        )

    async def list_due(self, endpoint_id: int, count_max: int) -> list[models.WebhookDelivery]:
        """Parked events that are to be sent again now."""
        return await self._run_statement(
            lambda q: q.webhook_deliveries.list_due_webhook_deliveries(
                endpoint_id=endpoint_id, row_count_max=count_max
            )
        )

    async def note_ping(self, endpoint_id: int, status: int | None) -> None:
        """Note how a message that is no event was answered."""
        await self._run_statement(
            lambda q: q.webhook_endpoints.note_webhook_ping(id=endpoint_id, last_status=status)
        )

    async def reseal(self, known: ListWebhookSecretsRow, secret: str, previous: str | None) -> None:
        """Put secrets sealed with another key in the place of the known ones."""
        await self._run_statement(
            lambda q: q.webhook_endpoints.reseal_webhook_secrets(
                id=known.id,
                sealed_secret=secret,
                sealed_previous_secret=previous,
                known_secret=known.sealed_secret,
            )
        )


async def save_progress(
    q: AsyncQueries, lease: Lease, progress: Progress, schedule: Schedule
) -> Lease | None:
    known = await q.webhook_endpoints.lock_leased_webhook_endpoint(
        id=lease.endpoint.id, lease_token=lease.token
    )
    if known is None:
        return None
    moment = await q.entries.get_time()
    before = _circuit_of(known)
    # Who paused it meanwhile has it paused, whatever the last tries were.
    after = before
    if known.status in RUNNING:
        after = before.when_idle() if progress.is_idle else before
        after = after.after(progress.tries, moment, schedule)
    for one in progress.tries[: progress.parked_count]:
        await _note_try(q, known.id, one, schedule)
    replay = _replay_after(known, lease, progress)
    is_slow = after.recovered_at is not None and not progress.has_caught_up
    last = progress.tries[-1].answer if progress.tries else None
    saved = await q.webhook_endpoints.update_webhook_progress(
        UpdateWebhookProgressParams(
            id=known.id,
            position=max(known.position, progress.position or 0),
            replay_position=replay[0],
            replay_until_position=replay[1],
            status=after.status,
            failure_count=after.failure_count,
            probe_count=after.probe_count,
            failing_since=after.failing_since,
            retry_at=after.retry_at,
            recovered_at=after.recovered_at if is_slow else None,
            last_tried_at=known.last_tried_at if last is None else moment,
            last_status=known.last_status if last is None else last.status,
            lease=schedule.lease,
        )
    )
    if known.status in RUNNING and saved.status is WebhookStatus.DISABLED:
        await _tell_disabled(q, saved, progress.tries)
    if saved.status not in RUNNING or (progress.tries and saved.retry_at is not None):
        return None
    return Lease(endpoint=saved, token=lease.token)


def _circuit_of(endpoint: models.WebhookEndpoint) -> Circuit:
    return Circuit(
        status=endpoint.status,
        failure_count=endpoint.failure_count,
        probe_count=endpoint.probe_count,
        failing_since=endpoint.failing_since,
        retry_at=endpoint.retry_at if endpoint.status is WebhookStatus.FAILING else None,
        recovered_at=endpoint.recovered_at,
    )


async def _note_try(q: AsyncQueries, endpoint_id: int, one: Try, schedule: Schedule) -> None:
    """Delete the row of an event that was taken, and park one that was not."""
    if one.outcome is Outcome.DONE:
        await q.webhook_deliveries.delete_webhook_delivery(
            endpoint_id=endpoint_id, position=one.position
        )
        return
    is_counted = one.outcome is not Outcome.THROTTLED
    failure_count = one.failure_count + is_counted
    await q.webhook_deliveries.park_webhook_delivery(
        endpoint_id=endpoint_id,
        position=one.position,
        try_count=failure_count,
        delay=schedule.delay_after(failure_count) if is_counted else one.answer.wait,
        last_status=one.answer.status,
    )


def _replay_after(
    known: models.WebhookEndpoint, lease: Lease, progress: Progress
) -> tuple[int | None, int | None]:
    """Where the replay is, and where it ends."""
    start, end = known.replay_position, known.replay_until_position
    is_same = (start, end) == (lease.endpoint.replay_position, lease.endpoint.replay_until_position)
    if start is None or end is None or progress.replay_position is None or not is_same:
        return start, end
    if progress.replay_position >= end:
        return None, None
    return max(start, progress.replay_position), end


async def _tell_disabled(
    q: AsyncQueries, endpoint: models.WebhookEndpoint, tries: Iterable[Try]
) -> None:
    is_gone = any(one.outcome is Outcome.GONE for one in tries)
    reason = DisabledReason.GONE if is_gone else DisabledReason.FAILING
    event = events.WebhookDisabled(webhook_id=endpoint.id, owner=endpoint.owner, reason=reason)
    await audit.record(q, THE_BANK, event)
    owner = None if endpoint.owner is None else await q.users.get_user(username=endpoint.owner)
    if owner is not None:
        kind = MailKind.WEBHOOK_DISABLED
        await enqueue(q, SendMail(kind=kind, to=owner.email, full_name=owner.full_name))
