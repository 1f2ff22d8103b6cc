"""Steps on users."""

from bankapp.domain import errors, events
from bankapp.domain.audit import Origin
from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import Code, MailKind
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser, UserChange
from bankapp.store.engine.jobs import enqueue
from bankapp.store.events import audit
from bankapp.store.identity import mails, sessions
from gen import models
from gen.queries import AsyncQueries


async def register(
    q: AsyncQueries, user: NewUser, code: Code | None, origin: Origin
) -> models.User:
    """Add a user, who proves the address with `code`.

    Raises UsernameTaken, EmailTaken.
    """
    added = await q.users.insert_user(
        username=user.username,
        hashed_password=user.hashed_password,
        full_name=user.full_name,
        email=user.email,
        role=user.role,
    )
    created = events.UserCreated(username=added.username, details=_details(added))
    await audit.record(q, origin, created)
    if code is not None:
        await mails.send_verification(q, added, code)
    return added


async def change_role(
    q: AsyncQueries, username: str, role: Role, origin: Origin
) -> models.User | None:
    """Give a user another role; None when there is no such user."""
    before = await q.users.lock_user(username=username)
    if before is None:
        return None
    after = await q.users.update_user_role(username=username, role=role)
    assert after is not None
    if before.role is not role:
        changed = events.UserRoleChanged(username=username, before=before.role, after=role)
        await audit.record(q, origin, changed)
    return after


async def change(
    q: AsyncQueries, wanted: UserChange, code: Code | None, origin: Origin
) -> models.User | None:
    """Change what is wanted; None when there is no such user.

    A new password ends the user's other sessions. A new address is proved with `code`, and the old
    one is told. Raises EmailTaken; InvalidCredentials and Forbidden when the user no longer has the
    password that was checked, or the role that allowed the change.
    """
    before = await q.users.lock_user(username=wanted.username)
    if before is None:
        return None
    if wanted.known_hash is not None and before.hashed_password != wanted.known_hash:
        raise errors.InvalidCredentials
    if before.role is not wanted.known_role:
        raise errors.Forbidden
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
        await _note_new_password(q, after.username, origin)
        await sessions.end_all(q, after.username, origin, kept_id=wanted.kept_session_id)
    if after.email != before.email:
        assert code is not None
        await mails.send_verification(q, after, code)
        told = SendMail(kind=MailKind.EMAIL_CHANGED, to=before.email, full_name=before.full_name)
        await enqueue(q, told)
    return after


async def rehash(
    q: AsyncQueries, username: str, known_hash: str, hashed_password: str, origin: Origin
) -> None:
    """Keep the same password under a new hash, unless it was changed meanwhile."""
    changed = await q.users.rehash_password(
        username=username, known_hash=known_hash, hashed_password=hashed_password
    )
    if changed:
        await audit.record(q, origin, events.UserPasswordRehashed(username=username))


async def block(
    q: AsyncQueries, username: str, origin: Origin, *, is_blocked: bool
) -> models.User | None:
    """Keep a user out, or let them in again; None when there is no such user."""
    before = await q.users.lock_user(username=username)
    if before is None:
        return None
    after = await q.users.block_user(username=username, is_blocked=is_blocked)
    event = events.UserBlocked if is_blocked else events.UserUnblocked
    await audit.record(q, origin, event(username=username))
    if is_blocked:
        await sessions.end_all(q, username, origin)
    return after


async def send_verification_again(q: AsyncQueries, username: str, code: Code) -> None:
    """Mail another code, unless the address is proved already."""
    user = await q.users.lock_user(username=username)
    if user is not None and not user.is_email_verified:
        await mails.send_verification(q, user, code)


async def verify_email(
    q: AsyncQueries, verification_id: int, code_hash: bytes, origin: Origin
) -> bool:
    """Prove an address; False when the code does not work, or no more."""
    await q.email_verifications.lock_user_of_email_verification(id=verification_id)
    username = await q.email_verifications.use_email_verification(
        id=verification_id, code_hash=code_hash
    )
    if username is None:
        return False
    before = await q.users.lock_user(username=username)
    assert before is not None
    if not before.is_email_verified:
        await q.users.verify_user_email(username=username)
        await audit.record(q, origin, events.UserEmailVerified(username=username))
    return True


async def start_password_reset(q: AsyncQueries, email: str, code: Code) -> None:
    """Mail a code to the user who has this address, if there is one."""
    user = await q.users.get_user_by_email(email=email)
    if user is None:
        return
    await q.password_resets.insert_password_reset(
        username=user.username, email=user.email, code_hash=code.hash
    )
    await enqueue(
        q,
        SendMail(
            kind=MailKind.RESET_PASSWORD,
            to=user.email,
            full_name=user.full_name,
            sealed_code=code.sealed,
        ),
    )


async def reset_password(
    q: AsyncQueries, code_hash: bytes, hashed_password: str, origin: Origin
) -> bool:
    """Set a new password and end all sessions; False when the code does not work, or no more."""
    await q.password_resets.lock_user_of_password_reset(code_hash=code_hash)
    username = await q.password_resets.use_password_reset(code_hash=code_hash)
    if username is None:
        return False
    await q.users.update_user(
        username=username, full_name=None, email=None, hashed_password=hashed_password
    )
    await _note_new_password(q, username, origin)
    await sessions.end_all(q, username, origin)
    return True


async def _note_new_password(q: AsyncQueries, username: str, origin: Origin) -> None:
    """Codes to reset the password that was before work no more."""
    await q.password_resets.use_all_password_resets(username=username)
    await audit.record(q, origin, events.UserPasswordChanged(username=username))


def _details(user: models.User) -> events.UserDetails:
    return events.UserDetails(
        full_name=user.full_name,
        email=user.email,
        is_email_verified=user.is_email_verified,
        role=user.role,
    )
