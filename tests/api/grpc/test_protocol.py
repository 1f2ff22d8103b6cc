"""What clients of the gRPC door may send, and what they never learn."""

import asyncio
import uuid
from ipaddress import ip_network
from typing import Any

import grpc
import grpc.aio
import psycopg
import pytest
from google.rpc.error_details_pb2 import BadRequest, RequestInfo
from grpc import StatusCode

from bankapp import tuning
from bankapp.api.grpc import services
from bankapp.api.grpc.descriptors import messages_of
from bankapp.api.grpc.server import serving
from bankapp.domain import limits
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.api.grpc.conftest import LogIn
from tests.factories import PASSWORD, Make
from tests.grpc_calls import METHODS, UNKNOWN_FIELD, GrpcClient, calling, message_bytes, path_of

TRANSFER = {"from_account_id": 1, "to_account_id": 2, "amount": 1, "currency": "USD"}


async def transfer_of(make: Make, amount: int = 1) -> dict[str, Any]:
    """The fields of a transfer of alice, who has 1000."""
    source = await make.account(owner="alice", balance=1000)
    await make.user("bob")
    target = await make.account(owner="bob")
    return {**TRANSFER, "from_account_id": source.id, "to_account_id": target.id, "amount": amount}


async def test_a_request_has_the_id_that_its_metadata_give(client: GrpcClient) -> None:
    reply = await client.ask("list_currencies", metadata=[("x-request-id", "mine-1")])
    assert reply.trailers["x-request-id"] == "mine-1"
    refused = await client.ask("list_accounts", metadata=[("x-request-id", "mine-2")])
    assert refused.details[RequestInfo].request_id == refused.trailers["x-request-id"] == "mine-2"


async def test_the_text_of_an_exception_stays_in_the_bank(
    client: GrpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(services, "serve", fail)
    reply = await client.ask("list_currencies")
    assert (reply.code, reply.reason) == (StatusCode.INTERNAL, "internal_error")
    assert "secret" not in repr(reply)
    assert "RuntimeError" not in repr(reply)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xff\xff", id="no message"),
        pytest.param(b"\x0a\x05USD", id="shorter than it says"),
        pytest.param(b"\x0a\x03\xff\xfe\xfd", id="text that is no UTF-8"),
    ],
)
async def test_content_that_is_no_message(
    client: GrpcClient, log_in: LogIn, content: bytes
) -> None:
    """The parser's own error would be answered as UNKNOWN, with the name of a class."""
    metadata = [("authorization", f"Bearer {await log_in('alice')}")]
    reply = await client.send("open_account", content, metadata)
    assert (reply.code, reply.reason) == (StatusCode.INVALID_ARGUMENT, "malformed_request")
    assert reply.message == "The request is not a OpenAccountRequest."


async def test_compressed_messages_are_refused(client: GrpcClient) -> None:
    content = message_bytes(messages_of(METHODS["log_in"])[0], {"username": "a" * 1000})
    method = client.channel.unary_unary(path_of(METHODS["log_in"]))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await method(content, compression=grpc.Compression.Gzip)
    assert raised.value.code() is StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("is_nested", [False, True])
async def test_fields_that_are_not_known_are_refused(
    client: GrpcClient, log_in: LogIn, *, is_nested: bool
) -> None:
    item = message_bytes(messages_of(METHODS["create_transfer"])[0], TRANSFER)
    head = b"\x08\x01"  # mode
    if is_nested:
        item += UNKNOWN_FIELD
        content = head + b"\x12" + bytes([len(item)]) + item
    else:
        content = head + b"\x12" + bytes([len(item)]) + item + UNKNOWN_FIELD
    metadata = [("authorization", f"Bearer {await log_in('alice')}")]
    reply = await client.send("create_batch", content, metadata)
    assert (reply.code, reply.reason) == (StatusCode.INVALID_ARGUMENT, "validation_failed")
    [violation] = reply.details[BadRequest].field_violations
    assert violation.field == "(unknown)"


@pytest.mark.parametrize(
    ("name", "size_max"),
    [("open_account", limits.BODY_BYTES_MAX), ("create_batch", limits.BATCH_BYTES_MAX)],
)
async def test_sizes_per_method(
    client: GrpcClient, log_in: LogIn, name: str, size_max: int
) -> None:
    metadata = [("authorization", f"Bearer {await log_in('alice')}")]
    assert (await client.send(name, b"\xff" * size_max, metadata)).reason == "malformed_request"
    reply = await client.send(name, b"x" * (size_max + 1), metadata)
    assert reply.code is StatusCode.RESOURCE_EXHAUSTED


async def test_many_values_in_a_few_bytes_are_refused(client: GrpcClient, log_in: LogIn) -> None:
    metadata = [("authorization", f"Bearer {await log_in('alice')}")]
    items = b"\x08\x01" + b"\x12\x00" * (limits.BODY_VALUE_COUNT_MAX + 1)
    reply = await client.send("create_batch", items, metadata)
    assert (reply.code, reply.reason) == (StatusCode.RESOURCE_EXHAUSTED, "payload_too_large")


async def test_an_enum_value_that_is_not_known_is_a_wrong_field(
    client: GrpcClient, log_in: LogIn
) -> None:
    fields = {"username": "alice", "role": "emperor"}
    reply = await client.ask("change_role", fields, token=await log_in("root_1", Role.ADMIN))
    [violation] = reply.details[BadRequest].field_violations
    assert violation.field == "role"
    assert "'depositor'" in violation.description


@pytest.mark.parametrize("seconds", [-(2**62), 2**62, 253402300800])
async def test_a_time_beyond_the_calendar_is_a_wrong_field(
    client: GrpcClient, log_in: LogIn, make: Make, seconds: int
) -> None:
    token = await log_in("alice")
    account = await make.account(owner="alice")
    method = METHODS["get_balance"]
    request, _ = messages_of(method)
    content = message_bytes(request, {"account_id": account.id, "at": "2026-01-01T00:00:00Z"})
    stamp = request.fields_by_name["at"].message_type
    assert stamp is not None
    moved = message_bytes(stamp, {"seconds": seconds})
    at = content[: content.index(b"\x12")] + b"\x12" + bytes([len(moved)]) + moved
    reply = await client.send("get_balance", at, [("authorization", f"Bearer {token}")])
    assert [one.field for one in reply.details[BadRequest].field_violations] == ["at"]


async def test_an_empty_list_is_not_an_absent_one(client: GrpcClient, log_in: LogIn) -> None:
    token = await log_in("alice")
    fields = {"url": "https://shop.example.org/", "types": ["transfer.posted"]}
    made = await client.ask("create_webhook", fields, token=token, keys=["k"])
    assert made.fields["types"] == ["transfer.posted"]
    webhook = {"webhook_id": made.fields["id"]}
    moved = {**webhook, "url": "https://shop.example.org/2"}
    kept = await client.ask("change_webhook", moved, token=token)
    assert kept.fields["types"] == ["transfer.posted"]
    cleared = await client.ask("change_webhook", {**webhook, "types": []}, token=token)
    assert cleared.fields["types"] is None


async def test_events_are_told_with_their_data(
    client: GrpcClient, log_in: LogIn, make: Make
) -> None:
    token = await log_in("alice")
    fields = {**await transfer_of(make), "description": "rent"}
    posted = await client.ask("create_transfer", fields, token=token)
    transfer, cursor = posted.fields["transfer"], None
    events: list[Any] = []
    while not any(event["data"]["transfer_id"] == transfer["id"] for event in events):
        query = {"cursor": cursor, "types": ["transfer.posted"], "wait_s": 20}
        page = (await client.ask("list_events", query, token=token)).fields
        cursor, events = page["next_cursor"], page["items"]
    event = events[-1]
    assert event["type"] == "transfer.posted"
    assert event["data"]["description"] == "rent"
    assert event["timestamp"] == transfer["created_at"]


async def test_an_unknown_method_is_unimplemented(client: GrpcClient) -> None:
    method = client.channel.unary_unary("/bank.v1.LedgerService/PrintMoney")
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await method(b"")
    assert raised.value.code() is StatusCode.UNIMPLEMENTED


async def test_a_large_message_that_does_not_arrive_is_not_waited_for(
    client: GrpcClient, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "BODY_TIMEOUT_S", 0.05)
    metadata = grpc.aio.Metadata(("authorization", f"Bearer {await log_in('alice')}"))
    call = client.channel.stream_unary(path_of(METHODS["create_batch"]))(metadata=metadata)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    assert raised.value.code() is StatusCode.INVALID_ARGUMENT
    assert raised.value.details() == "The message did not arrive in time."


async def test_a_large_message_is_received_from_callers_only(client: GrpcClient) -> None:
    """The refusal does not wait for the message, which is never sent."""
    call = client.channel.stream_unary(path_of(METHODS["create_batch"]))()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    assert raised.value.code() is StatusCode.UNAUTHENTICATED


async def test_a_stream_without_a_message_is_refused(client: GrpcClient, log_in: LogIn) -> None:
    metadata = grpc.aio.Metadata(("authorization", f"Bearer {await log_in('alice')}"))
    call = client.channel.stream_unary(path_of(METHODS["create_batch"]))(metadata=metadata)
    await call.done_writing()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    assert raised.value.details() == "There is no message."


async def test_a_passed_deadline_leaves_a_posting_that_its_key_finds(
    client: GrpcClient,
    log_in: LogIn,
    make: Make,
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    """Goal: as where a connection of HTTP is lost, the money moves once or not at all.

    Method: the account is locked until the caller has gone; the same request is sent again.
    """
    token, key = await log_in("alice"), uuid.uuid4().hex
    fields = await transfer_of(make)
    connection.execute(
        "SELECT 1 FROM accounts WHERE id = %s FOR UPDATE", [fields["from_account_id"]]
    )
    late = await client.ask("create_transfer", fields, token=token, keys=[key], timeout_s=0.1)
    assert late.code is StatusCode.DEADLINE_EXCEEDED
    connection.rollback()
    first = await client.ask("create_transfer", fields, token=token, keys=[key])
    again = await client.ask("create_transfer", fields, token=token, keys=[key])
    assert first.fields == again.fields
    assert again.trailers["idempotent-replayed"] == "true"
    row = connection.execute("SELECT count(*) FROM transfers WHERE amount = 1").fetchone()
    connection.rollback()
    assert row == (1,)


async def test_cancelled_requests_leave_the_bank_in_order(
    client: GrpcClient, log_in: LogIn, make: Make, bank: Bank
) -> None:
    """Requests of each kind, cancelled while they are under way; then all is as before."""
    token = await log_in("alice")
    fields = await transfer_of(make)
    account = {"account_id": fields["from_account_id"]}
    calls = [
        asyncio.create_task(client.ask(name, wanted, token=token))
        for name, wanted in [
            ("create_transfer", fields),
            ("get_account", account),
            ("list_events", {"cursor": "last", "wait_s": 20}),
        ]
        for _ in range(20)
    ]
    await asyncio.sleep(0)
    for number, call in enumerate(calls):
        call.cancel()
        if number % 5 == 0:
            await asyncio.sleep(0.001)
    await asyncio.gather(*calls, return_exceptions=True)
    reply = await client.ask("create_transfer", fields, token=token)
    assert reply.code is StatusCode.OK
    await bank.store.ping()


async def test_addresses_are_those_of_the_peer_or_of_a_trusted_proxys_client(
    bank: Bank, log_in: LogIn
) -> None:
    token = await log_in("alice")
    login = {"username": "alice", "password": PASSWORD}
    for trusted in ((), (ip_network("127.0.0.0/8"),)):
        async with (
            serving(bank, ["127.0.0.1:0"], trusted_proxies=trusted) as [port],
            calling(port) as client,
        ):
            await client.ask("log_in", login, metadata=[("x-forwarded-for", "203.0.113.7")])
    async with serving(bank, ["[::1]:0"]) as [port], calling(port, "[::1]") as client:
        await client.ask("log_in", login)
        sessions = await client.ask("list_sessions", token=token)
    addresses = [session["client_address"] for session in sessions.fields["items"]]
    assert addresses == ["::1", "203.0.113.7", "127.0.0.1", None]
