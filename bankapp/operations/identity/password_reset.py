"""Reset of a forgotten password by a mailed code."""

from bankapp.auth.codes import hash_code
from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import (
    Accepted,
    Code,
    Email,
    NoContent,
    Password,
    RequestModel,
)
from bankapp.operations.operation import public_operation


class RequestResetRequest(RequestModel):
    email: Email


class ConfirmResetRequest(RequestModel):
    token: Code
    password: Password


@public_operation(limits=(limits.RESETS_BY_ADDRESS, limits.RESETS_BY_EMAIL))
async def request_password_reset(
    bank: Bank, visitor: Visitor, request: RequestResetRequest
) -> Accepted:
    """Request a password reset. A user with this address gets a code; the answer does not tell."""
    await bank.store.password_resets.request(request.email)
    return Accepted()


@public_operation(refuses=(errors.NotFound, errors.WeakPassword), limits=(limits.RESET_TRIES,))
async def confirm_password_reset(
    bank: Bank, visitor: Visitor, request: ConfirmResetRequest
) -> NoContent:
    """Set a new password with a mailed code. All sessions of the user end."""
    code_hash = hash_code(request.token)
    user = await bank.store.read.password_resets.get_user_of_password_reset(code_hash=code_hash)
    names = [] if user is None else [user.username, user.full_name, user.email]
    await bank.passwords.require_strong(request.password, names=names)
    hashed_password = await bank.passwords.hash(request.password)
    if not await bank.store.password_resets.complete(
        code_hash, hashed_password, origin=visitor.origin
    ):
        raise errors.NotFound("The code is wrong, used or expired.")
    return NoContent()
