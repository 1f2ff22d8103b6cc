"""Verification of an e-mail address by a mailed code."""

from bankapp.auth.codes import hash_code
from bankapp.domain import errors, limits
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, Visitor
from bankapp.operations.fields import (
    Accepted,
    Code,
    Id,
    RequestModel,
    ResponseModel,
    SomeUsername,
)
from bankapp.operations.operation import operation, public_operation


class VerifyEmailRequest(RequestModel):
    email_id: Id
    secret_code: Code


class VerifyEmailResponse(ResponseModel):
    """The e-mail address is verified."""

    is_verified: bool


class ResendRequest(RequestModel):
    username: SomeUsername


@public_operation(refuses=(errors.NotFound,))
async def verify_email(
    bank: Bank, visitor: Visitor, request: VerifyEmailRequest
) -> VerifyEmailResponse:
    """Verify an e-mail address with the code that was mailed to it. A code works once."""
    code_hash = hash_code(request.secret_code)
    if not await bank.store.email_verifications.complete(
        request.email_id, code_hash, origin=visitor.origin
    ):
        raise errors.NotFound("The code is wrong, used or expired.")
    return VerifyEmailResponse(is_verified=True)


@operation(refuses=(errors.NotFound,), limits=(limits.RESENDS_BY_ADDRESS, limits.RESENDS_BY_USER))
async def send_verification(bank: Bank, caller: Caller, request: ResendRequest) -> Accepted:
    """Mail a new verification code. An address that is verified already gets none."""
    if request.username != caller.username:
        raise errors.NotFound
    await bank.store.email_verifications.resend(caller.username, bank.codes.create())
    return Accepted()
