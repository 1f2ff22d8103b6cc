"""Proving an e-mail address and setting a forgotten password, both with a code by mail."""

from typing import Annotated

from pydantic import Field

from bankapp.auth.codes import hash_code
from bankapp.domain import errors, limits
from bankapp.operations.fields import (
    Accepted,
    BodyId,
    Email,
    NoContent,
    Password,
    PathId,
    RequestModel,
    ResponseModel,
    SomeUsername,
)
from bankapp.operations.operation import Bank, Caller, Visitor, operation, public_operation

Code = Annotated[str, Field(min_length=1, max_length=limits.CODE_LENGTH_MAX, repr=False)]


class ShowVerificationRequest(RequestModel):
    email_id: PathId
    secret_code: Code


class VerificationPage(ResponseModel):
    """What the page with the button knows."""

    email_id: int
    secret_code: str


class VerifyEmailRequest(RequestModel):
    email_id: BodyId
    secret_code: Code


class VerifyEmailResponse(ResponseModel):
    """The address is proved."""

    is_verified: bool


class ResendRequest(RequestModel):
    username: SomeUsername


class RequestResetRequest(RequestModel):
    email: Email


class ConfirmResetRequest(RequestModel):
    token: Code
    password: Password


@public_operation()
async def show_verification(
    bank: Bank, visitor: Visitor, request: ShowVerificationRequest
) -> VerificationPage:
    """A page with a button. It proves nothing yet: mail scanners follow links, people press."""
    return VerificationPage(email_id=request.email_id, secret_code=request.secret_code)


@public_operation(refuses=(errors.NotFound,))
async def verify_email(
    bank: Bank, visitor: Visitor, request: VerifyEmailRequest
) -> VerifyEmailResponse:
    """Prove an address with the code that was mailed to it; a code works once."""
    code_hash = hash_code(request.secret_code)
    if not await bank.store.verify_email(request.email_id, code_hash, origin=visitor.origin):
        raise errors.NotFound("The code is wrong, used or expired.")
    return VerifyEmailResponse(is_verified=True)


@operation(refuses=(errors.NotFound,), limits=(limits.RESENDS_BY_ADDRESS, limits.RESENDS_BY_USER))
async def send_verification(bank: Bank, caller: Caller, request: ResendRequest) -> Accepted:
    """Mail the code again; a new one, unless the address is proved already."""
    if request.username != caller.username:
        raise errors.NotFound
    await bank.store.send_verification_again(caller.username, bank.codes.create())
    return Accepted()


@public_operation(limits=(limits.RESETS_BY_ADDRESS, limits.RESETS_BY_EMAIL))
async def request_password_reset(
    bank: Bank, visitor: Visitor, request: RequestResetRequest
) -> Accepted:
    """Have a code mailed, if somebody has this address; the answer does not tell."""
    await bank.store.request_password_reset(request.email)
    return Accepted()


@public_operation(refuses=(errors.NotFound, errors.WeakPassword), limits=(limits.RESET_TRIES,))
async def confirm_password_reset(
    bank: Bank, visitor: Visitor, request: ConfirmResetRequest
) -> NoContent:
    """Set a new password with the code that was mailed; all sessions of the user end."""
    await bank.passwords.require_strong(request.password, names=[])
    hashed_password = await bank.passwords.hash(request.password)
    code_hash = hash_code(request.token)
    if not await bank.store.reset_password(code_hash, hashed_password, origin=visitor.origin):
        raise errors.NotFound("The code is wrong, used or expired.")
    return NoContent()
