"""Users: sign up, changes, roles, blocking."""

from collections.abc import Callable

from bankapp.domain import errors, events
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import Code, MailKind
from bankapp.domain.origin import THE_BANK, Origin
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser, UserChange
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from bankapp.store.identity.email_verifications import send_verification
from bankapp.store.identity.sessions import end_sessions
from gen import models
from gen.queries import AsyncQueries


class Users:
    """The transactions on users. Where there is no such user, they return None.

    A change takes effect with the user's next request.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._run_once = transactions.run_once

    async def register(
        self, user: NewUser, code: Code | None = None, *, origin: Origin = THE_BANK
    ) -> models.User:
        """Add a user. `code` is mailed, and verifies the address.

        Raises UsernameTaken, EmailTaken.
        """
        return await self._run(register_user, user, code, origin)

    async def sign_up(
        self,
        user: NewUser,
        code: Code,
        key: RequestKey | None,
        render: Callable[[models.User], str],
        *,
        origin: Origin,
    ) -> Answer[str]:
        """Register a user once under the key; the answer is what `render` makes of the user.

        Raises as `register` does, and IdempotencyKeyReused.
        """

        async def step(q: AsyncQueries) -> str:
            return render(await register_user(q, user, code, origin))

        return await self._run_once(key, step)

    async def change(
        self, change: UserChange, code: Code | None, *, origin: Origin
    ) -> models.User | None:
        """Change the fields that are given.

        A new password ends the user's other sessions. `code` verifies a new address, and the old
        address gets a notice. Raises EmailTaken; InvalidCredentials and Forbidden when the
        user no longer has the password that was checked, or the role that allowed the change.
        """
        return await self._run(change_user, change, code, origin)

    async def change_role(
        self, username: str, role: Role, *, origin: Origin = THE_BANK
    ) -> models.User | None:
        """Change a user's role."""
        return await self._run(change_role, username, role, origin)

    async def block(self, username: str, *, is_blocked: bool, origin: Origin) -> models.User | None:
        """Block a user, which ends the user's sessions, or let the user log in again."""
        return await self._run(block_user, username, origin, is_blocked=is_blocked)

    async def rehash_password(
        self, username: str, known_hash: str, hashed_password: str, *, origin: Origin
    ) -> None:
        """Keep the same password under a new hash, unless it was changed meanwhile."""
        await self._run(rehash_password, username, known_hash, hashed_password, origin)


async def register_user(
    q: AsyncQueries, user: NewUser, code: Code | None, origin: Origin
) -> models.User:
    added = await q.users.insert_user(
        username=user.username,
        hashed_password=user.hashed_password,
        full_name=user.full_name,
        email=user.email,
        role=user.role,
    )
    if added is None:
        is_known = await q.users.get_user(username=user.username) is not None
        raise errors.UsernameTaken if is_known else errors.EmailTaken
    created = events.UserCreated(username=added.username, details=_details(added))
    await audit.record(q, origin, created)
    if code is not None:
        await send_verification(q, added, code)
    return added


async def change_user(
    q: AsyncQueries, wanted: UserChange, code: Code | None, origin: Origin
) -> models.User | None:
    before = await q.users.lock_user(username=wanted.username)
    if before is None:
        return None
    if wanted.known_hash is not None and before.hashed_password != wanted.known_hash:
        raise errors.InvalidCredentials
    if before.role is not wanted.known_role:
        raise errors.Forbidden
    await _require_free_email(q, wanted)
    after = await q.users.update_user(
        username=wanted.username,
        full_name=wanted.full_name,
        email=wanted.email,
        hashed_password=wanted.hashed_password,
    )
    if (details := _details(after)) != (known := _details(before)):
        changed = events.UserChanged(username=after.username, before=known, after=details)
        await audit.record(q, origin, changed)
    if wanted.hashed_password is not None:
        await note_new_password(q, after.username, origin)
        await end_sessions(q, after.username, origin, kept_id=wanted.kept_session_id)
    if after.email != before.email:
        assert code is not None
        await send_verification(q, after, code)
        told = SendMail(kind=MailKind.EMAIL_CHANGED, to=before.email, full_name=before.full_name)
        await enqueue(q, told)
    return after


async def change_role(
    q: AsyncQueries, username: str, role: Role, origin: Origin
) -> models.User | None:
    before = await q.users.lock_user(username=username)
    if before is None:
        return None
    if role is not Role.ADMIN:
        await _require_other_admin(q, before)
    after = await q.users.update_user_role(username=username, role=role)
    assert after is not None
    if before.role is not role:
        changed = events.UserRoleChanged(username=username, before=before.role, after=role)
        await audit.record(q, origin, changed)
    return after


async def block_user(
    q: AsyncQueries, username: str, origin: Origin, *, is_blocked: bool
) -> models.User | None:
    before = await q.users.lock_user(username=username)
    if before is None:
        return None
    if is_blocked:
        await _require_other_admin(q, before)
    after = await q.users.block_user(username=username, is_blocked=is_blocked)
    event = events.UserBlocked if is_blocked else events.UserUnblocked
    await audit.record(q, origin, event(username=username))
    if is_blocked:
        await end_sessions(q, username, origin)
    return after


async def rehash_password(
    q: AsyncQueries, username: str, known_hash: str, hashed_password: str, origin: Origin
) -> None:
    changed = await q.users.rehash_password(
        username=username, known_hash=known_hash, hashed_password=hashed_password
    )
    if changed:
        await audit.record(q, origin, events.UserPasswordRehashed(username=username))


async def note_new_password(q: AsyncQueries, username: str, origin: Origin) -> None:
    """Codes that reset the old password no longer work."""
    await q.password_resets.use_all_password_resets(username=username)
    await audit.record(q, origin, events.UserPasswordChanged(username=username))


async def _require_other_admin(q: AsyncQueries, user: models.User) -> None:
    """Raise LastAdmin. Of two admins at once that take each other's role a trigger refuses one."""
    is_admin = user.role is Role.ADMIN and user.blocked_at is None
    if is_admin:
        some = await q.users.list_admins(after_username="", row_count_max=2)
        if all(username == user.username for username in some):
            raise errors.LastAdmin


async def _require_free_email(q: AsyncQueries, wanted: UserChange) -> None:
    """Raise EmailTaken. Of two concurrent changes to one address the constraint refuses one."""
    known = wanted.email and await q.users.get_user_by_email(email=wanted.email)
    if known and known.username != wanted.username:
        raise errors.EmailTaken


def _details(user: models.User) -> events.UserDetails:
    return events.UserDetails(
        full_name=user.full_name,
        email=user.email,
        is_email_verified=user.is_email_verified,
        role=user.role,
    )
