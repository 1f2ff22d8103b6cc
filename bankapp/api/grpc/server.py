"""The server of the gRPC door."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
import grpc.aio

from bankapp import tuning
from bankapp.api.addresses import Networks
from bankapp.api.grpc.health import health_handler
from bankapp.api.grpc.reflection import reflection_handler
from bankapp.api.grpc.services import service_handlers
from bankapp.domain import limits
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans

_MS: Final = 1000
_OPTIONS: Final[Sequence[tuple[str, int]]] = (
    ("grpc.so_reuseport", 1),
    # Of a method that takes less, the handler refuses the rest.
    ("grpc.max_receive_message_length", limits.BATCH_BYTES_MAX),
    # A small compressed message can unpack to gigabytes: one that is compressed is UNIMPLEMENTED.
    ("grpc.compression_enabled_algorithms_bitset", 1),
    ("grpc.max_metadata_size", tuning.GRPC_METADATA_BYTES_MAX),
    ("grpc.absolute_max_metadata_size", tuning.GRPC_METADATA_BYTES_MAX),
    ("grpc.max_allowed_incoming_connections", tuning.GRPC_CONNECTION_COUNT_MAX),
    ("grpc.max_concurrent_streams", tuning.GRPC_STREAM_COUNT_MAX),
    ("grpc.server_handshake_timeout_ms", int(tuning.BODY_TIMEOUT_S * _MS)),
    # Clients are told to come anew, which divides them among the processes again.
    ("grpc.max_connection_age_ms", int(tuning.GRPC_CONNECTION_AGE_MAX_S * _MS)),
    ("grpc.max_connection_age_grace_ms", int(tuning.GRPC_CONNECTION_GRACE_S * _MS)),
    ("grpc.max_connection_idle_ms", int(tuning.GRPC_CONNECTION_IDLE_MAX_S * _MS)),
    # A peer that is gone without a word is found by a ping; one that pings too often is sent away.
    ("grpc.keepalive_time_ms", int(tuning.GRPC_KEEPALIVE_S * _MS)),
    ("grpc.keepalive_timeout_ms", int(tuning.GRPC_KEEPALIVE_TIMEOUT_S * _MS)),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", int(tuning.GRPC_PING_INTERVAL_MIN_S * _MS)),
    ("grpc.http2.max_ping_strikes", 2),
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate chain and its key, in PEM."""

    chain: Path
    key: Path


@asynccontextmanager
async def serving(
    bank: Bank,
    addresses: Sequence[str],
    *,
    trusted_proxies: Networks = (),
    certificate: Certificate | None = None,
    reflects: bool = False,
    spans: RequestSpans | None = None,
) -> AsyncGenerator[list[int]]:
    """Serve at the addresses while the block runs, then finish the requests that were accepted.

    Yields the port of each address. With `reflects` anybody can ask what is served.
    """
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers([*service_handlers(bank, trusted_proxies, spans)])
    server.add_generic_rpc_handlers([health_handler(bank)])
    if reflects:
        server.add_generic_rpc_handlers([reflection_handler()])
    ports = [_listen(server, address, certificate) for address in addresses]
    await server.start()
    try:
        yield ports
    finally:
        await server.stop(tuning.GRPC_STOP_TIMEOUT_S)


def _listen(server: grpc.aio.Server, address: str, certificate: Certificate | None) -> int:
    if certificate is None:
        return server.add_insecure_port(address)
    pair = (certificate.key.read_bytes(), certificate.chain.read_bytes())
    return server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
