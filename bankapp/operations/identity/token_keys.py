"""The keys with which others verify access tokens."""

from typing import Annotated

from pydantic import Field

from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.operation import public_operation


class TokenKeysRequest(RequestModel):
    pass


class TokenKey(ResponseModel):
    """A public key, and the id by which the footers of its tokens name it; both are PASERK."""

    id: Annotated[str, Field(examples=["k4.pid.9ShR3xc8-qVJ_di0tc9nx0IDIqbatdeM2mqLFBJsKRHs"])]
    key: Annotated[str, Field(examples=["k4.public.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8"])]


class TokenKeys(ResponseModel):
    """The keys of the ring, the one that signs new tokens first.

    A token that verifies was made by the bank. That its session is still open, and that the user
    still has the role, only the bank knows: both may have ended up to `token_duration_s` ago.
    """

    keys: list[TokenKey]
    token_duration_s: int


@public_operation()
async def list_token_keys(bank: Bank, visitor: Visitor, request: TokenKeysRequest) -> TokenKeys:
    """List the public keys of access tokens; none where only the bank can verify them."""
    return TokenKeys(
        keys=[TokenKey(id=key.id, key=key.text) for key in bank.tokens.public_keys],
        token_duration_s=int(bank.tokens.duration.total_seconds()),
    )
