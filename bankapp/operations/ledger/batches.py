"""Many transfers in one request."""

from typing import Annotated, Literal

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.money import Posting, RequestKey
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.ledger.transfers import (
    CreateTransferRequest,
    CreateTransferResponse,
    transfer_posting,
    transfer_response,
)
from bankapp.operations.operation import Bank, Caller, operation
from bankapp.store.ledger.postings import Outcome, Posted

ItemKey = Annotated[
    str, Field(pattern=rf"^[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}$", examples=["rent-11"])
]


class BatchItem(CreateTransferRequest):
    """A transfer, perhaps under a key of its own."""

    idempotency_key: ItemKey | None = None


class CreateBatchRequest(RequestModel):
    """`atomic`: all transfers are made or none; `independent`: each by itself."""

    mode: Literal["atomic", "independent"]
    transfers: Annotated[list[BatchItem], Field(min_length=1, max_length=limits.POSTING_COUNT_MAX)]


class ItemProblem(ResponseModel):
    """Why a transfer of the batch was not made."""

    code: Annotated[str, Field(json_schema_extra={"pattern": "^[a-z_]+$"})]
    title: str
    retryable: bool


class ItemResult(ResponseModel):
    """One of the two."""

    result: CreateTransferResponse | None = None
    problem: ItemProblem | None = None


class CreateBatchResponse(ResponseModel):
    """A result for every transfer, in their order."""

    results: list[ItemResult]


@operation(
    refuses=(errors.IdempotencyKeyReused,),
    needs_verified_email=True,
    body_bytes_max=limits.BATCH_BYTES_MAX,
)
async def create_batch(
    bank: Bank, caller: Caller, request: CreateBatchRequest
) -> CreateBatchResponse:
    """Make many transfers from accounts of one's own, in order and at once."""
    answer = await bank.store.post_batch(
        [_posting(caller, item) for item in request.transfers],
        is_atomic=request.mode == "atomic",
        key=caller.key_for(request),
        render=_render,
    )
    caller.call.is_replay = answer.replayed_request_id is not None
    return CreateBatchResponse.model_validate_json(answer.result)


def _posting(caller: Caller, item: BatchItem) -> Posting:
    key: RequestKey | None = None
    if item.idempotency_key is not None:
        request = CreateTransferRequest(**item.model_dump(exclude={"idempotency_key"}))
        key = caller.key_for(request, item.idempotency_key)
    return transfer_posting(caller, item, key)


def _render(outcomes: list[Outcome]) -> str:
    return CreateBatchResponse(results=[_result(outcome) for outcome in outcomes]).model_dump_json()


def _result(outcome: Outcome) -> ItemResult:
    if isinstance(outcome, errors.Refusal):
        return ItemResult(
            problem=ItemProblem(
                code=outcome.code, title=outcome.message(), retryable=outcome.retryable
            )
        )
    assert isinstance(outcome, Posted)
    return ItemResult(result=transfer_response(outcome))
