"""The comparison of requests under an idempotency key."""

from typing import Any, Final

import pytest
from pydantic import BaseModel, Field, create_model

from bankapp.operations.catalog import OPERATIONS
from bankapp.operations.keys import request_key
from bankapp.operations.operation import Operation

SIDES: Final = {"from_account_id": 12, "to_account_id": 13}
LUNCH: Final = {**SIDES, "amount": 1050, "currency": "USD", "description": "lunch"}
CASH: Final = {"account_id": 12, "amount": 1050, "currency": "USD"}
RENT: Final = {**SIDES, "amount": 250, "currency": "USD", "idempotency_key": "rent-11"}
ALICE: Final = {
    "username": "alice",
    "password": "correct horse battery",
    "full_name": "Alice Liddell",
    "email": "alice@example.com",
}
# A request to each operation, and its hash as bankapp 0.1.0 wrote it to the database. A key written
# then must stand for the same request now.
HASHES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "create_user": (
        ALICE,
        "6d52891f5c5e1cf4339024d4362a7ebbce411e68a35b89eccaa075bd08bf6a30",
    ),
    "open_account": (
        {"currency": "USD"},
        "fbb407064edcab5155201eb0c3cad3a530f3f31930f289475ccc280160a751e9",
    ),
    "create_transfer": (
        LUNCH,
        "2a155beb19f5daa354233e1f2ee9e8baf5222e8f8e77ad4bad65331eab69a429",
    ),
    "create_deposit": (
        CASH,
        "ed11e42217d2a84c240c2bb9fd9da8a087c0bfb607d18b11a14adc86a13cd2fd",
    ),
    "create_withdrawal": (
        CASH,
        "1021895e33abea4a184efcf9cec5a61a6f2a9d4e3fb910b61729b1efce2c8f84",
    ),
    "reverse_transfer": (
        {"transfer_id": 2},
        "6364233dd64b0114bdf12710f6e3bc1e8492b3145782434945f59ac67aa6ab45",
    ),
    "create_batch": (
        {"mode": "atomic", "transfers": [RENT]},
        "3d21aadeefeb13ad66ddcc2e6bd62d31b0a71ae7743c43fb703369d0d63a7ee1",
    ),
    "create_hold": (
        {**SIDES, "amount": 2000, "currency": "USD"},
        "95984dc4ffc32024022e6ab2cefdfa1f6e9d6bd135188771624c34cd2559a674",
    ),
    "capture_hold": (
        {"hold_id": 1, "amount": 1500},
        "187d7aa4149b6581f014543ec09660a33bdc8422d72e13f9d13ca060bcb66efe",
    ),
    "void_hold": (
        {"hold_id": 1},
        "3a87065595974487e8d80a3e05f50ba7d8d93862b69f512d953fe85c6872b749",
    ),
}
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
EVERY_KEYED = pytest.mark.parametrize("name", HASHES)


def hash_of(operation: Operation, request: BaseModel) -> str:
    without = operation.key_rule.without
    key = request_key("k1", operation.name, request, scope="x", request_id="x", without=without)
    return key.request_hash.hex()


def request_of(name: str, **changes: object) -> BaseModel:
    fields, _ = HASHES[name]
    return BY_NAME[name].request.model_validate({**fields, **changes})


@EVERY_KEYED
def test_a_key_of_the_release_before_is_known(name: str) -> None:
    _, known = HASHES[name]
    assert hash_of(BY_NAME[name], request_of(name)) == known


@EVERY_KEYED
def test_the_name_of_a_class_does_not_count(name: str) -> None:
    request = request_of(name)
    renamed = create_model("Renamed", __base__=type(request))
    again = renamed.model_validate(HASHES[name][0])
    assert hash_of(BY_NAME[name], again) == hash_of(BY_NAME[name], request)


def test_every_operation_that_takes_a_key_tells_its_requests_from_those_of_others() -> None:
    request = request_of("create_deposit")
    hashes = {hash_of(operation, request) for operation in OPERATIONS if operation.idempotent}
    assert len(hashes) == sum(operation.idempotent for operation in OPERATIONS)


def test_what_is_left_out_does_not_count() -> None:
    """The password is in no hash that is quick to make."""
    operation = BY_NAME["create_user"]
    known = hash_of(operation, request_of("create_user"))
    assert hash_of(operation, request_of("create_user", password="another-tr0mbone")) == known
    assert hash_of(operation, request_of("create_user", full_name="Alice L.")) != known


def test_a_field_that_is_added_leaves_the_requests_of_before_as_they_were() -> None:
    """As docs/explanation/idempotency.md has it declared: not given, it does not count."""
    added = Field(default=None, exclude_if=lambda value: value is None)
    for name, (fields, known) in HASHES.items():
        base = BY_NAME[name].request
        grown = create_model("Grown", __base__=base, nickname=(str | None, added))
        assert hash_of(BY_NAME[name], grown.model_validate(fields)) == known
        named = grown.model_validate({**fields, "nickname": "x"})
        assert hash_of(BY_NAME[name], named) != known
