"""Users: sign up, sign in, roles."""

import uuid

from bankapp.domain import errors
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser
from bankapp.operations.fields import (
    Email,
    FullName,
    Password,
    RequestModel,
    ResponseModel,
    SomeUsername,
    Time,
    Username,
)
from bankapp.operations.operation import Bank, Caller, Visitor, operation, public_operation


class User(ResponseModel):
    """A person who can sign in."""

    username: str
    full_name: str
    email: str
    role: Role
    is_email_verified: bool
    password_changed_at: Time
    created_at: Time


class CreateUserRequest(RequestModel):
    username: Username
    password: Password
    full_name: FullName
    email: Email


class GetUserRequest(RequestModel):
    username: SomeUsername


class LogInRequest(RequestModel):
    username: SomeUsername
    password: str


class LogInResponse(ResponseModel):
    """A session and the token that stands for it."""

    session_id: uuid.UUID
    access_token: str
    access_token_expires_at: Time
    user: User


class ChangeRoleRequest(RequestModel):
    username: SomeUsername
    role: Role


@public_operation(refuses=(errors.UsernameTaken, errors.EmailTaken))
async def create_user(bank: Bank, visitor: Visitor, request: CreateUserRequest) -> User:
    """Sign up as a depositor."""
    hashed_password = await bank.passwords.hash(request.password)
    user = await bank.store.register_user(
        NewUser(
            username=request.username,
            hashed_password=hashed_password,
            full_name=request.full_name,
            email=request.email,
        )
    )
    return User.model_validate(user)


@public_operation(refuses=(errors.InvalidCredentials,))
async def log_in(bank: Bank, visitor: Visitor, request: LogInRequest) -> LogInResponse:
    """Open a session. Unknown user and wrong password get one answer, in one time."""
    user = await bank.store.get_user(request.username)
    hashed_password = None if user is None else user.hashed_password
    if not await bank.passwords.verify(request.password, hashed_password) or user is None:
        raise errors.InvalidCredentials
    session_id = uuid.uuid4()
    token = bank.tokens.create(session_id)
    await bank.store.open_session(
        session_id,
        username=user.username,
        user_agent=visitor.user_agent,
        client_address=visitor.address,
        lifetime=token.lifetime,
    )
    return LogInResponse(
        session_id=session_id,
        access_token=token.text,
        access_token_expires_at=token.expires_at,
        user=User.model_validate(user),
    )


@operation(refuses=(errors.NotFound,))
async def get_user(bank: Bank, caller: Caller, request: GetUserRequest) -> User:
    """A user, for themselves and for bankers."""
    user = await bank.store.get_user(request.username)
    if user is None or not caller.may_see(user.username):
        raise errors.NotFound
    return User.model_validate(user)


@operation(role=Role.ADMIN, refuses=(errors.NotFound,))
async def change_role(bank: Bank, caller: Caller, request: ChangeRoleRequest) -> User:
    """Give a user another role, at once."""
    user = await bank.store.change_role(request.username, request.role)
    if user is None:
        raise errors.NotFound
    return User.model_validate(user)


async def ensure_admin(bank: Bank, username: str, password: str) -> None:
    """Make sure an admin of this name exists; an existing admin keeps the password.

    No operation: nobody asks for it, the bank does it by itself when it starts. Raises
    UsernameTaken when somebody else has the name: anybody could have signed up with it, and only
    the password tells whose it is.
    """
    known = await bank.store.get_user(username)
    if known is not None:
        if Role(known.role) is not Role.ADMIN:
            if not await bank.passwords.verify(password, known.hashed_password):
                raise errors.UsernameTaken
            await bank.store.change_role(username, Role.ADMIN)
        return
    admin = NewUser(
        username=username,
        hashed_password=await bank.passwords.hash(password),
        full_name="Administrator",
        email=f"{username}@localhost",
        role=Role.ADMIN,
    )
    try:
        await bank.store.register_user(admin)
    except errors.UsernameTaken:  # just now, by another process that starts or by a visitor
        await ensure_admin(bank, username, password)
