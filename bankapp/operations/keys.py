"""Idempotency keys, which identify a request that is sent again."""

import hashlib
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from pydantic import BaseModel

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey

_KEY: Final = re.compile(rf"[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}")
# The name under which the requests of an operation are hashed. Keys outlive a release of the bank,
# and a changed name would turn each of them into the key of another request. Therefore these names
# stay as they were first used. An operation that is not here is hashed under its own name.
_HASHED_AS: Final = {
    "capture_hold": "CaptureHoldRequest",
    "create_batch": "CreateBatchRequest",
    "create_deposit": "DepositRequest",
    "create_hold": "CreateHoldRequest",
    "create_transfer": "CreateTransferRequest",
    "create_user": "CreateUserRequest",
    "create_withdrawal": "WithdrawalRequest",
    "open_account": "OpenAccountRequest",
    "reverse_transfer": "ReverseTransferRequest",
    "void_hold": "GetHoldRequest",
}


def only_key(keys: Sequence[str]) -> str | None:
    """The key that came with a request, or None.

    Raises MalformedRequest for several, and for one that is not 1 to 255 printable characters.
    """
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise errors.MalformedRequest(
            f"The Idempotency-Key must be 1 to {limits.IDEMPOTENCY_KEY_LENGTH_MAX} printable "
            "ASCII characters, and one."
        )
    return keys[0]


def request_key(
    key: str,
    operation: str,
    request: BaseModel,
    *,
    scope: str,
    request_id: str,
    without: AbstractSet[str] = frozenset(),
) -> RequestKey:
    """The key of a request, with the hash that tells the request from others under `key`.

    A key is looked up in its `scope`. The fields in `without` are not part of the hash.
    """
    hashed = request.model_dump_json(exclude=set(without))
    content = f"{_HASHED_AS.get(operation, operation)}\n{hashed}"
    return RequestKey(
        scope=scope,
        key=key,
        request_hash=hashlib.sha256(content.encode()).digest(),
        request_id=request_id,
    )
