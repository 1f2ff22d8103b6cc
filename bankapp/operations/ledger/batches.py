"""Many transfers in one request."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from bankapp.domain import errors, limits
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import Kept, KeptText, RequestModel, ResponseModel
from bankapp.operations.keys import request_key
from bankapp.operations.ledger.transfers import (
    CreateTransferRequest,
    CreateTransferResponse,
    create_transfer,
    transfer_posting,
    transfer_response,
)
from bankapp.operations.operation import operation
from bankapp.operations.turns import in_turns
from bankapp.store.engine.idempotency import Answer
from bankapp.store.ledger.outcomes import Outcome, Posted

ItemKey = Annotated[
    str, Field(pattern=rf"^[ -~]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}$", examples=["rent-11"])
]


class BatchItem(CreateTransferRequest):
    """A transfer, with an optional key of its own."""

    idempotency_key: ItemKey | None = None


class CreateBatchRequest(RequestModel):
    """`atomic` makes all transfers or none; `independent` makes each by itself."""

    mode: Literal["atomic", "independent"]
    transfers: Annotated[list[BatchItem], Field(min_length=1, max_length=limits.POSTING_COUNT_MAX)]


class ItemProblem(ResponseModel):
    """The refusal of one transfer of the batch."""

    code: Annotated[str, Field(json_schema_extra={"pattern": "^[a-z_]+$"})]
    title: str
    retryable: bool


class ItemResult(ResponseModel):
    """A transfer's result or its problem."""

    result: CreateTransferResponse | None
    problem: ItemProblem | None


class CreateBatchResponse(ResponseModel):
    """One result per transfer, in the order of the request."""

    results: list[ItemResult]


@operation(
    idempotent=True,
    limits=(limits.POSTINGS,),
    count_tries=lambda request: len(request.transfers),
    needs_verified_email=True,
)
async def create_batch(
    bank: Bank, caller: Caller, request: CreateBatchRequest, key: RequestKey | None
) -> Answer[CreateBatchResponse | Kept]:
    """Make many transfers from one's own accounts, in their order and in one transaction."""
    _require_other_keys(request, key)
    answer = await bank.store.postings.post_once(
        await _postings(caller, request.transfers),
        is_atomic=request.mode == "atomic",
        key=key,
        render=_render,
    )
    return Answer(KeptText(answer.result), answer.replayed_request_id)


def _require_other_keys(request: CreateBatchRequest, key: RequestKey | None) -> None:
    """Raise ValidationFailed for each transfer that has the key of its batch.

    A key stands for one request, and is taken once by each transaction.
    """
    if key is None:
        return
    violations = [
        errors.Violation(
            f"transfers.{index}.idempotency_key", "must not be the Idempotency-Key of the batch"
        )
        for index, item in enumerate(request.transfers)
        if item.idempotency_key == key.key
    ][: limits.VIOLATION_COUNT_MAX]
    if violations:
        raise errors.ValidationFailed(violations=violations)


async def _postings(caller: Caller, items: Sequence[BatchItem]) -> list[Posting]:
    return [
        transfer_posting(caller, item, _item_key(caller, item)) async for item in in_turns(items)
    ]


def _item_key(caller: Caller, item: BatchItem) -> RequestKey | None:
    """The key of a single transfer, so that an item that is sent again alone is a replay."""
    if item.idempotency_key is None:
        return None
    return request_key(
        item.idempotency_key,
        create_transfer.name,
        CreateTransferRequest(**item.model_dump(exclude={"idempotency_key"})),
        scope=caller.username,
        request_id=caller.request_id,
    )


async def _render(outcomes: Iterable[Outcome]) -> str:
    results = [_result(outcome).model_dump_json() async for outcome in in_turns(outcomes)]
    return f'{{"results":[{",".join(results)}]}}'


def _result(outcome: Outcome) -> ItemResult:
    if isinstance(outcome, errors.Refusal):
        problem = ItemProblem(
            code=outcome.code, title=outcome.message(), retryable=outcome.retryable
        )
        return ItemResult(result=None, problem=problem)
    assert isinstance(outcome, Posted)
    return ItemResult(result=transfer_response(outcome), problem=None)
