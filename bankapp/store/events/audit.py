"""The step that notes an event in the audit trail."""

from bankapp.domain.events import Event
from bankapp.domain.origin import Origin
from gen.queries import AsyncQueries


async def record(q: AsyncQueries, origin: Origin, event: Event) -> None:
    """Note an event in the transaction in which it happens."""
    before, after = event.change()
    await q.audit_events.insert_audit_event(
        action=event.name,
        subject=event.subject,
        actor=origin.actor,
        request_id=origin.request_id,
        client_address=origin.address,
        before=before,
        after=after,
    )
