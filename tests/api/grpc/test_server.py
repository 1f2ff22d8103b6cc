"""The services beside those of the bank, and TLS."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc import StatusCode
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_reflection.v1alpha.reflection_pb2 import (
    ServerReflectionRequest,
    ServerReflectionResponse,
)

from bankapp.api.grpc.server import Certificate, serving
from bankapp.operations.bank import Bank
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.certificates import certificate_of
from tests.conftest import ServerAddress, make_bank
from tests.grpc_calls import GrpcClient, calling

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


async def health(client: GrpcClient, service: str) -> Any:
    """What a probe is told of a service."""
    method = client.channel.unary_unary("/grpc.health.v1.Health/Check")
    answer = await method(HealthCheckRequest(service=service).SerializeToString())
    return HealthCheckResponse.FromString(answer).status


@pytest.mark.parametrize("service", ["", "liveness", "bank.v1.LedgerService"])
async def test_health(client: GrpcClient, service: str) -> None:
    assert await health(client, service) == SERVING


async def test_health_of_a_service_that_is_not_known(client: GrpcClient) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await health(client, "bank.v1.Vault")
    assert raised.value.code() is StatusCode.NOT_FOUND


async def test_health_without_a_database(tmp_path: Path) -> None:
    """The process is alive, and requests would fail."""
    pool = create_pool(ServerAddress(str(tmp_path / "nowhere")).url("bank"))
    pool.timeout = 0.02
    await pool.open(wait=False)
    bank = make_bank(Store(pool))
    async with serving(bank, ["127.0.0.1:0"]) as [port], calling(port) as client:
        assert await health(client, "liveness") == SERVING
        assert await health(client, "") == NOT_SERVING
    await pool.close()


async def reflected(client: GrpcClient, request: ServerReflectionRequest) -> Any:
    """One answer of reflection."""
    method = client.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    )
    call = method()
    await call.write(request.SerializeToString())
    answer = await call.read()
    await call.done_writing()
    return ServerReflectionResponse.FromString(answer)


async def test_reflection_tells_what_is_served(client: GrpcClient) -> None:
    listed = await reflected(client, ServerReflectionRequest(list_services=""))
    names = {service.name for service in listed.list_services_response.service}
    assert names == {
        "bank.v1.IdentityService",
        "bank.v1.LedgerService",
        "bank.v1.EventsService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    for name in names:
        found = await reflected(client, ServerReflectionRequest(file_containing_symbol=name))
        assert found.file_descriptor_response.file_descriptor_proto


async def test_reflection_is_off_unless_it_is_asked_for(bank: Bank) -> None:
    async with serving(bank, ["127.0.0.1:0"]) as [port], calling(port) as client:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await reflected(client, ServerReflectionRequest(list_services=""))
    assert raised.value.code() is StatusCode.UNIMPLEMENTED


async def test_tls(bank: Bank, tmp_path: Path) -> None:
    certificate = certificate_of("127.0.0.1", tmp_path)
    files = Certificate(certificate, certificate)
    credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
    async with (
        serving(bank, ["127.0.0.1:0"], certificate=files) as [port],
        grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials) as channel,
    ):
        reply = await GrpcClient(channel).ask("list_currencies")
        assert reply.code is StatusCode.OK


async def test_old_versions_of_tls_are_refused(bank: Bank, tmp_path: Path) -> None:
    certificate = certificate_of("127.0.0.1", tmp_path)
    files = Certificate(certificate, certificate)
    old = ssl.create_default_context(cafile=certificate)
    old.set_alpn_protocols(["h2"])
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with serving(bank, ["127.0.0.1:0"], certificate=files) as [port]:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=old)
