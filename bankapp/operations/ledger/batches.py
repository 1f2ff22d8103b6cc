"""Many transfers in one request."""

from typing import Annotated, Literal

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.keys import request_key
from bankapp.operations.ledger.transfers import (
    CreateTransferRequest,
    CreateTransferResponse,
    create_transfer,
    transfer_posting,
    transfer_response,
)
from bankapp.operations.operation import operation
from bankapp.store.engine.idempotency import Answer
from bankapp.store.ledger.outcomes import Outcome, Posted

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


@operation(idempotent=True, needs_verified_email=True)
async def create_batch(
    bank: Bank, caller: Caller, request: CreateBatchRequest, key: RequestKey | None
) -> Answer[CreateBatchResponse]:
    """Make many transfers from accounts of one's own, in order and at once."""
    answer = await bank.store.postings.post_once(
        [_posting(caller, item) for item in request.transfers],
        is_atomic=request.mode == "atomic",
        key=key,
        render=_render,
    )
    response = CreateBatchResponse.model_validate_json(answer.result)
    return Answer(response, answer.replayed_request_id)


def _posting(caller: Caller, item: BatchItem) -> Posting:
    return transfer_posting(caller, item, _item_key(caller, item))


def _item_key(caller: Caller, item: BatchItem) -> RequestKey | None:
    """The key that a single transfer would have: sent again alone, the item is the same request."""
    if item.idempotency_key is None:
        return None
    return request_key(
        item.idempotency_key,
        create_transfer.name,
        CreateTransferRequest(**item.model_dump(exclude={"idempotency_key"})),
        scope=caller.username,
        request_id=caller.request_id,
    )


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
