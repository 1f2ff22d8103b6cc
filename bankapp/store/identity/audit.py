"""Steps on the audit trail; every step that changes something calls `record`."""

from collections.abc import Mapping
from typing import Any

from bankapp.domain.audit import Origin
from gen.queries import AsyncQueries


async def record(
    q: AsyncQueries,
    origin: Origin,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note a change in the transaction that makes it.

    `action` is like user.role_changed and `subject` like user:alice; `before` and `after` are JSON
    and hold no secret.
    """
    await q.audit_events.insert_audit_event(
        action=action,
        subject=subject,
        actor=origin.actor,
        request_id=origin.request_id,
        client_address=origin.address,
        before=before,
        after=after,
    )
