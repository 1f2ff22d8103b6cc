"""Sessions: opening, renewing and ending them, and the users behind them."""

import uuid

from bankapp.domain import errors, events, limits
from bankapp.domain.origin import THE_BANK, Origin
from bankapp.domain.sessions import NewSession, Renewal, Renewed
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from bankapp.store.identity.session_cache import SessionCache
from gen.queries import AsyncQueries
from gen.sessions import ListSessionCallersRow


class Sessions:
    """The transactions on sessions, and a cache of the users they belong to."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._cache = SessionCache(transactions)

    async def open(self, session: NewSession, *, origin: Origin = THE_BANK) -> None:
        """Add a session. The user's oldest end where there are too many.

        Raises InvalidCredentials when the password that was checked is no longer the user's: a
        change ends all sessions, and must not miss one that is just being opened.
        """
        await self._run(open_session, session, origin)

    async def renew(self, renewal: Renewal, *, origin: Origin) -> Renewed | None:
        """Replace the session's refresh token; None when the token does not work.

        The last renewal may be repeated by the same client within `RENEWAL_GRACE`. Any other token
        that has worked before ends the session, because two parties have it.
        """
        return await self._run(renew_session, renewal, origin)

    async def end(self, session_id: uuid.UUID, username: str, *, origin: Origin) -> bool:
        """End an open session of the user; False when there is no such session."""
        return await self._run(end_session, session_id, username, origin)

    async def end_all(self, username: str, *, origin: Origin) -> None:
        """End all open sessions of the user."""
        await self._run(end_sessions, username, origin)

    async def get_caller(self, session_id: uuid.UUID) -> ListSessionCallersRow | None:
        """The user behind a session; None when it has ended. Concurrent calls share a query."""
        return await self._cache.get(session_id)

    def cached_username(self, session_id: uuid.UUID) -> str | None:
        """The user of an open or ended session, if the cache knows it.

        For postings with the session as their origin: they check that it is open.
        """
        return self._cache.username(session_id)

    def forget(self, session_id: uuid.UUID) -> None:
        """Drop the session from the cache."""
        self._cache.forget(session_id)


async def open_session(q: AsyncQueries, session: NewSession, origin: Origin) -> None:
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
    for session_id in await q.sessions.end_oldest_sessions(
        username=session.username, kept_count=limits.OPEN_SESSION_COUNT_MAX
    ):
        await audit.record(q, origin, _ended(session.username, session_id))


async def renew_session(q: AsyncQueries, renewal: Renewal, origin: Origin) -> Renewed | None:
    renewed = await q.sessions.rotate_refresh_token(
        id=renewal.session_id,
        used_hash=renewal.used_hash,
        next_hash=renewal.next_hash,
        renewal_hash=renewal.renewal_hash,
        lifetime=renewal.lifetime,
    )
    if renewed is not None:
        origin = Origin(renewed.username, origin.request_id, origin.address)
        event = events.SessionRenewed(username=renewed.username, session_id=renewal.session_id)
        await audit.record(q, origin, event)
        return Renewed(renewed.username, renewed.role, renewed.expires_at)
    repeated = await q.sessions.get_repeated_renewal(
        id=renewal.session_id,
        next_hash=renewal.next_hash,
        renewal_hash=renewal.renewal_hash,
        grace=limits.RENEWAL_GRACE,
    )
    if repeated is not None:
        return Renewed(repeated.username, repeated.role, repeated.expires_at)
    username = await q.sessions.end_reused_session(
        id=renewal.session_id, used_hash=renewal.used_hash
    )
    if username is not None:
        reused = events.SessionReuseDetected(username=username, session_id=renewal.session_id)
        await audit.record(q, origin, reused)
    return None


async def end_session(
    q: AsyncQueries, session_id: uuid.UUID, username: str, origin: Origin
) -> bool:
    ended = await q.sessions.end_session(id=session_id, username=username)
    if ended is None:
        return False
    await audit.record(q, origin, _ended(username, session_id))
    return True


async def end_sessions(
    q: AsyncQueries, username: str, origin: Origin, *, kept_id: uuid.UUID | None = None
) -> None:
    """End all open sessions of a user but one."""
    for session_id in await q.sessions.end_sessions(username=username, kept_id=kept_id):
        await audit.record(q, origin, _ended(username, session_id))


def _ended(username: str, session_id: uuid.UUID) -> events.SessionEnded:
    return events.SessionEnded(username=username, session_id=session_id)
