"""Steps on sessions."""

import uuid
from collections.abc import Sequence

from bankapp.domain import errors, events
from bankapp.domain.audit import Origin
from bankapp.domain.sessions import NewSession, Renewal
from bankapp.store.events import audit
from gen.queries import AsyncQueries
from gen.sessions import RotateRefreshTokenRow


async def open_session(q: AsyncQueries, session: NewSession, origin: Origin) -> None:
    """Add a session.

    Raises InvalidCredentials when the password that was checked is no longer the user's: a change
    ends all sessions, and must not miss one that is just being opened.
    """
    if session.known_hash is not None:
        user = await q.users.lock_user(username=session.username)
        if user is None or user.hashed_password != session.known_hash or user.blocked_at:
            raise errors.InvalidCredentials
    added = await q.sessions.insert_session(
        id=session.id,
        username=session.username,
        user_agent=session.user_agent,
        client_address=session.client_address,
        refresh_token_hash=session.refresh_token_hash,
        lifetime=session.lifetime,
    )
    opened = events.SessionOpened(
        session_id=session.id, username=added.username, user_agent=added.user_agent
    )
    await audit.record(q, origin, opened)


async def renew(q: AsyncQueries, renewal: Renewal, origin: Origin) -> RotateRefreshTokenRow | None:
    """Take the session's refresh token for the next one; None when it does not work.

    One that worked once and does not any more ends the session: it is in two hands.
    """
    renewed = await q.sessions.rotate_refresh_token(
        id=renewal.session_id,
        used_hash=renewal.used_hash,
        next_hash=renewal.next_hash,
        lifetime=renewal.lifetime,
    )
    if renewed is not None:
        origin = Origin(renewed.username, origin.request_id, origin.address)
        await audit.record(q, origin, events.SessionRenewed(session_id=renewal.session_id))
        return renewed
    username = await q.sessions.end_reused_session(
        id=renewal.session_id, used_hash=renewal.used_hash
    )
    if username is not None:
        await audit.record(q, origin, events.SessionReuseDetected(session_id=renewal.session_id))
    return None


async def end(q: AsyncQueries, session_id: uuid.UUID, username: str, origin: Origin) -> bool:
    """End an open session of a user; False when there is no such session."""
    ended = await q.sessions.end_session(id=session_id, username=username)
    if ended is None:
        return False
    await audit.record(q, origin, events.SessionEnded(session_id=session_id))
    return True


async def end_all(
    q: AsyncQueries, username: str, origin: Origin, *, kept_id: uuid.UUID | None = None
) -> None:
    """End all open sessions of a user but one."""
    for session_id in await q.sessions.end_sessions(username=username, kept_id=kept_id):
        await audit.record(q, origin, events.SessionEnded(session_id=session_id))


async def note_uses(q: AsyncQueries, session_ids: Sequence[uuid.UUID]) -> None:
    """Keep when sessions were used last, to the minute."""
    await q.sessions.note_session_uses(ids=session_ids)
