"""Sessions: login, renewal and logout."""

import uuid
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated

from pydantic import BeforeValidator, Field

from bankapp.auth.tokens import Holder, hash_renewal, hash_token_id, next_token_id
from bankapp.domain import errors, limits
from bankapp.domain.rates import RateLimit
from bankapp.domain.sessions import NewSession, Renewal
from bankapp.operations.admission import count_try, network_of
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, Visitor
from bankapp.operations.fields import (
    NoContent,
    Page,
    PageRequest,
    RequestModel,
    ResponseModel,
    SomeUsername,
    Time,
    canonical_uuid,
    page_of,
)
from bankapp.operations.identity.users import User
from bankapp.operations.operation import operation, public_operation
from gen import models


class LogInRequest(RequestModel):
    username: SomeUsername
    password: Annotated[str, Field(repr=False)]


class LogInResponse(ResponseModel):
    """A session and the tokens that stand for it."""

    session_id: uuid.UUID
    access_token: str
    access_token_expires_at: Time
    refresh_token: str
    refresh_token_expires_at: Time
    user: User


class RenewRequest(RequestModel):
    refresh_token: Annotated[str, Field(repr=False)]


class RenewResponse(ResponseModel):
    """New tokens. The refresh token replaces the one that was used."""

    access_token: str
    access_token_expires_at: Time
    refresh_token: str
    refresh_token_expires_at: Time


class Session(ResponseModel):
    """An open session."""

    id: uuid.UUID
    user_agent: str
    client_address: IPv4Address | IPv6Address | None
    created_at: Time
    last_used_at: Time
    expires_at: Time
    is_current: bool


class OwnSessionsRequest(RequestModel):
    pass


class ListSessionsRequest(PageRequest):
    pass


class EndSessionRequest(RequestModel):
    session_id: Annotated[uuid.UUID, BeforeValidator(canonical_uuid)]


@public_operation(
    refuses=(errors.InvalidCredentials,),
    limits=(
        limits.LOGINS_BY_ADDRESS,
        limits.LOGINS_BY_USER,
        limits.GUESSES_BY_USER,
        limits.SIGN_INS,
    ),
)
async def log_in(bank: Bank, visitor: Visitor, request: LogInRequest) -> LogInResponse:
    """Log in and open a session. Of more than 100 open sessions of a user the oldest ends.

    An unknown user and a wrong password get the same answer, after the same time.
    """
    user = await bank.store.read.users.get_user(username=request.username)
    is_known = user is not None and await _has_signed_in_from(bank, user, visitor.address)
    if not is_known:
        await _count(bank, limits.GUESSES_BY_USER, request.username)
    hashed_password = None if user is None else user.hashed_password
    is_right = await bank.passwords.verify(request.password, hashed_password, is_known=is_known)
    if user is None or not is_right or user.blocked_at is not None:
        raise errors.InvalidCredentials
    await _count(bank, limits.SIGN_INS, request.username)
    session_id = uuid.uuid4()
    access = bank.tokens.create(session_id, holder=Holder(user.username, user.role))
    refresh = bank.refresh_tokens.create(session_id)
    session = NewSession(
        id=session_id,
        username=user.username,
        user_agent=visitor.user_agent,
        client_address=visitor.address,
        lifetime=refresh.lifetime,
        refresh_token_hash=hash_token_id(refresh.claims.token_id),
        known_hash=hashed_password,
    )
    await bank.store.sessions.open(session, origin=visitor.origin_as(user.username))
    await _rehash_if_cheap(bank, visitor, user, request.password)
    return LogInResponse(
        session_id=session_id,
        access_token=access.text,
        access_token_expires_at=access.expires_at,
        refresh_token=refresh.text,
        refresh_token_expires_at=refresh.expires_at,
        user=User.model_validate(user),
    )


@public_operation(refuses=(errors.Unauthenticated, errors.TokenExpired), limits=(limits.RENEWALS,))
async def renew_access(bank: Bank, visitor: Visitor, request: RenewRequest) -> RenewResponse:
    """Exchange a refresh token for new tokens. It works once; a second use ends its session.

    An exception is the same client within ten seconds, because answers get lost and two tabs renew
    at once: the client gets the same refresh token again.
    """
    used = bank.refresh_tokens.verify(request.refresh_token)
    await _count(bank, limits.RENEWALS, str(used.session_id))
    refresh = bank.refresh_tokens.create(used.session_id, next_token_id(used.token_id))
    renewal = Renewal(
        session_id=used.session_id,
        used_hash=hash_token_id(used.token_id),
        next_hash=hash_token_id(refresh.claims.token_id),
        renewal_hash=hash_renewal(used.token_id, visitor.user_agent),
        lifetime=refresh.lifetime,
    )
    renewed = await bank.store.sessions.renew(renewal, origin=visitor.origin)
    if renewed is None:
        raise errors.Unauthenticated
    holder = Holder(renewed.username, renewed.role)
    access = bank.tokens.create(used.session_id, holder=holder)
    return RenewResponse(
        access_token=access.text,
        access_token_expires_at=min(access.expires_at, renewed.expires_at),
        refresh_token=refresh.text,
        refresh_token_expires_at=min(refresh.expires_at, renewed.expires_at),
    )


@operation()
async def log_out(bank: Bank, caller: Caller, request: OwnSessionsRequest) -> NoContent:
    """Log out: end the current session."""
    await bank.store.sessions.end(caller.session_id, caller.username, origin=caller.origin)
    return NoContent()


@operation()
async def list_sessions(bank: Bank, caller: Caller, request: ListSessionsRequest) -> Page[Session]:
    """List one's own open sessions, newest first."""
    rows = await bank.store.read.sessions.list_sessions(
        username=caller.username,
        before_number=request.cursor,
        row_count_max=request.row_count_max,
    )

    def shown(row: models.Session) -> Session:
        return Session(
            id=row.id,
            user_agent=row.user_agent,
            client_address=row.client_address,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            is_current=row.id == caller.session_id,
        )

    return page_of(rows, request, item=shown, position=lambda row: row.number)


@operation(refuses=(errors.NotFound,))
async def end_session(bank: Bank, caller: Caller, request: EndSessionRequest) -> NoContent:
    """End one of one's own sessions."""
    ended = await bank.store.sessions.end(request.session_id, caller.username, origin=caller.origin)
    if not ended:
        raise errors.NotFound
    return NoContent()


@operation()
async def end_sessions(bank: Bank, caller: Caller, request: OwnSessionsRequest) -> NoContent:
    """End all of one's own sessions, including the current one."""
    await bank.store.sessions.end_all(caller.username, origin=caller.origin)
    return NoContent()


async def _count(bank: Bank, limit: RateLimit, counted: str) -> None:
    if bank.rules.limits_rates:
        await count_try(bank, limit, [counted])


async def _rehash_if_cheap(bank: Bank, visitor: Visitor, user: models.User, password: str) -> None:
    """Hash the password again if its hash has a lower cost than the setting."""
    if bank.passwords.is_cheap(user.hashed_password):
        await bank.store.users.rehash_password(
            user.username,
            user.hashed_password,
            await bank.passwords.hash(password, is_known=True),
            origin=visitor.origin_as(user.username),
        )


async def _has_signed_in_from(
    bank: Bank, user: models.User, address: IPv4Address | IPv6Address | None
) -> bool:
    network = network_of(address)
    if network is None:
        return False
    session_id = await bank.store.read.sessions.find_session_from(
        username=user.username, first_address=network[0], last_address=network[-1]
    )
    return session_id is not None
