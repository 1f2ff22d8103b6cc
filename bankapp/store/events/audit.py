"""The step that notes an event in the audit trail."""

from bankapp.domain.events import AuditedEvent
from bankapp.domain.origin import Origin
from gen.queries import AsyncQueries


async def record(q: AsyncQueries, origin: Origin, event: AuditedEvent) -> None:
    """Note an event in the transaction in which it happens."""
    before, after = event.change()
    await q.audit_events.insert_audit_event(
        action=event.name,
        subject=event.subject,
        username=event.concerns,
        actor=origin.actor,
        request_id=origin.request_id,
        client_address=origin.address,
        before=before,
        after=after,
    )
