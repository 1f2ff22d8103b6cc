"""Users: sign-up, changes, roles and blocks."""

from typing import Annotated

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.origin import THE_BANK
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser, UserChange
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, Visitor
from bankapp.operations.fields import (
    Email,
    FullName,
    Kept,
    MailAddress,
    NewPassword,
    Password,
    RequestModel,
    ResponseModel,
    SomeUsername,
    Time,
    Username,
)
from bankapp.operations.operation import KeyRule, operation, public_operation
from bankapp.store.engine.idempotency import Answer
from gen import models


class User(ResponseModel):
    """A person who can log in."""

    username: Username
    full_name: str
    email: MailAddress
    role: Role
    is_email_verified: bool
    password_changed_at: Time
    created_at: Time


class CreateUserRequest(RequestModel):
    username: Username
    password: Password
    full_name: FullName
    email: Email


class UserRequest(RequestModel):
    username: SomeUsername


class ChangeUserRequest(RequestModel):
    """A field that is left out stays as it is.

    `current_password` is required to change one's own e-mail address or password.
    """

    username: SomeUsername
    full_name: FullName | None = None
    email: Email | None = None
    password: Annotated[NewPassword | None, Field(repr=False)] = None
    current_password: Annotated[str | None, Field(repr=False)] = None


class ChangeRoleRequest(RequestModel):
    username: SomeUsername
    role: Role


@public_operation(
    idempotent=True,
    # Without the password: it could be guessed from a hash that is quick to compute.
    key_rule=KeyRule(
        scope=lambda request: f"sign-up of {request.username}", without=frozenset({"password"})
    ),
    refuses=(errors.UsernameTaken, errors.EmailTaken, errors.WeakPassword),
    limits=(limits.SIGN_UPS,),
)
async def create_user(
    bank: Bank, visitor: Visitor, request: CreateUserRequest, key: RequestKey | None
) -> Answer[User | Kept]:
    """Sign up as a depositor. The bank mails a code that verifies the e-mail address."""
    await bank.passwords.require_strong(
        request.password, names=[request.username, request.full_name, request.email]
    )
    user = NewUser(
        username=request.username,
        hashed_password=await bank.passwords.hash(request.password),
        full_name=request.full_name,
        email=request.email,
    )
    answer = await bank.store.users.sign_up(
        user,
        bank.codes.create(),
        key,
        lambda added: User.model_validate(added).model_dump_json(),
        origin=visitor.origin,
    )
    return Answer(Kept.model_validate_json(answer.result), answer.replayed_request_id)


@operation(refuses=(errors.NotFound,))
async def get_user(bank: Bank, caller: Caller, request: UserRequest) -> User:
    """Get a user. Users see themselves, bankers see everybody."""
    return User.model_validate(await _visible_user(bank, caller, request.username))


@operation(
    refuses=(
        errors.NotFound,
        errors.Forbidden,
        errors.InvalidCredentials,
        errors.EmailTaken,
        errors.WeakPassword,
    ),
    limits=(limits.USER_CHANGES,),
)
async def change_user(bank: Bank, caller: Caller, request: ChangeUserRequest) -> User:
    """Change a user. Users change themselves, a higher role changes those below.

    A new password ends all other sessions of the user. A new e-mail address is unverified until
    the code mailed to it is used, and the old address gets a notice.
    """
    user = await _visible_user(bank, caller, request.username)
    is_self = user.username == caller.username
    if not is_self and not caller.is_above(user.role):
        raise errors.Forbidden
    _require_some_change(request)
    needs_password = is_self and (request.email is not None or request.password is not None)
    if needs_password:
        await _require_current_password(bank, user, request.current_password)
    changed = await bank.store.users.change(
        UserChange(
            username=user.username,
            full_name=request.full_name,
            email=request.email,
            hashed_password=await _hash_new_password(bank, user, request),
            known_hash=user.hashed_password if needs_password else None,
            known_role=user.role,
            kept_session_id=caller.session_id if is_self else None,
        ),
        bank.codes.create(),
        origin=caller.origin,
    )
    if changed is None:
        raise errors.NotFound
    return User.model_validate(changed)


@operation(role=Role.ADMIN, refuses=(errors.NotFound, errors.LastAdmin))
async def change_role(bank: Bank, caller: Caller, request: ChangeRoleRequest) -> User:
    """Change a user's role. The change takes effect at once. The last active admin stays one."""
    user = await bank.store.users.change_role(request.username, request.role, origin=caller.origin)
    if user is None:
        raise errors.NotFound
    return User.model_validate(user)


@operation(role=Role.ADMIN, refuses=(errors.NotFound, errors.LastAdmin))
async def block_user(bank: Bank, caller: Caller, request: UserRequest) -> User:
    """Block a user. All sessions of the user end, and none can be opened.

    The last active admin cannot be blocked.
    """
    return await _block(bank, caller, request, is_blocked=True)


@operation(role=Role.ADMIN, refuses=(errors.NotFound,))
async def unblock_user(bank: Bank, caller: Caller, request: UserRequest) -> User:
    """Unblock a user, who can then log in again."""
    return await _block(bank, caller, request, is_blocked=False)


async def ensure_admin(bank: Bank, username: str, password: str) -> None:
    """Make sure an admin of this name exists; an existing admin keeps the password.

    A blocked admin stays blocked, because another admin has done it, unless no active admin is
    left. This is no operation: the bank calls it when it starts. Raises UsernameTaken when
    another user has the name. Anybody could have signed up with it, so only the password proves the
    owner. Raises WeakPassword when a new admin would have an easy one.
    """
    known = await bank.store.read.users.get_user(username=username)
    if known is not None:
        if known.role is not Role.ADMIN:
            if not await bank.passwords.verify(password, known.hashed_password):
                raise errors.UsernameTaken
            await bank.store.users.change_role(username, Role.ADMIN)
        if known.blocked_at is not None and not await _has_admin(bank):
            await bank.store.users.block(username, is_blocked=False, origin=THE_BANK)
        return
    await bank.passwords.require_strong(password, names=[username])
    admin = NewUser(
        username=username,
        hashed_password=await bank.passwords.hash(password),
        full_name="Administrator",
        email=f"{username}@localhost",
        role=Role.ADMIN,
    )
    try:
        await bank.store.users.register(admin)
    except errors.UsernameTaken:  # just now, by another process that starts or by a visitor
        await ensure_admin(bank, username, password)


async def _has_admin(bank: Bank) -> bool:
    return bool(await bank.store.read.users.list_admins(after_username="", row_count_max=1))


async def _visible_user(bank: Bank, caller: Caller, username: str) -> models.User:
    user = await bank.store.read.users.get_user(username=username)
    if user is None or not caller.may_see(user.username):
        raise errors.NotFound
    return user


def _require_some_change(request: ChangeUserRequest) -> None:
    if request.full_name is None and request.email is None and request.password is None:
        wanted = ("full_name", "email", "password")
        raise errors.ValidationFailed(
            violations=[errors.Violation(name, "is one of three to be changed") for name in wanted]
        )


async def _require_current_password(bank: Bank, user: models.User, password: str | None) -> None:
    if password is None:
        violation = errors.Violation("current_password", "is needed for this change")
        raise errors.ValidationFailed(violations=[violation])
    if not await bank.passwords.verify(password, user.hashed_password, is_known=True):
        raise errors.InvalidCredentials


async def _hash_new_password(
    bank: Bank, user: models.User, request: ChangeUserRequest
) -> str | None:
    if request.password is None:
        return None
    names = [user.username, request.full_name or user.full_name, request.email or user.email]
    await bank.passwords.require_strong(request.password, names=names, is_known=True)
    return await bank.passwords.hash(request.password, is_known=True)


async def _block(bank: Bank, caller: Caller, request: UserRequest, *, is_blocked: bool) -> User:
    user = await bank.store.users.block(
        request.username, is_blocked=is_blocked, origin=caller.origin
    )
    if user is None:
        raise errors.NotFound
    return User.model_validate(user)
