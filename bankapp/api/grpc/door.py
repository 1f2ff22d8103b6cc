"""The gRPC door as the processes open it. It is loaded without gRPC, which a bank may not have."""

import socket
import ssl
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from importlib.util import find_spec
from typing import Final

from bankapp.api.door import Surroundings
from bankapp.command_errors import SettingError, StartError
from bankapp.settings import Settings, host_and_port


class GrpcDoor:
    """The services of gRPC at BANK_GRPC_ADDRESS."""

    @contextmanager
    def listen(self, settings: Settings) -> Generator[list[socket.socket]]:
        """The sockets that hold the address; none if it is not set.

        They do not listen: gRPC takes no socket from others, so every process opens one of its
        own beside them, and the kernel divides connections among those. Raises StartError when the
        address is not available, SettingError when gRPC or the certificate cannot be used.
        """
        if settings.grpc_address is None:
            yield []
            return
        if find_spec("grpc") is None:
            raise SettingError("BANK_GRPC_ADDRESS needs gRPC: install bankapp[grpc]")
        _check_certificate(settings)
        with ExitStack() as stack:
            try:
                sockets = [stack.enter_context(each) for each in _hold(settings.grpc_address)]
            except OSError as error:
                raise StartError(
                    f"cannot listen on {settings.grpc_address} ({error.strerror}); "
                    "set BANK_GRPC_ADDRESS to another one"
                ) from None
            yield sockets

    def serve(
        self, settings: Settings, sockets: Sequence[socket.socket], surroundings: Surroundings
    ) -> AbstractAsyncContextManager[None]:
        """Serve while the block runs, then finish the requests that were accepted."""
        return _serving(settings, [_address(each) for each in sockets], surroundings)

    def url_of(self, listener: socket.socket) -> str:
        """The URL of the server on this socket."""
        return f"grpc://{_address(listener)}"


@asynccontextmanager
async def _serving(
    settings: Settings, addresses: Sequence[str], surroundings: Surroundings
) -> AsyncGenerator[None]:
    from bankapp.api.grpc.server import Certificate, serving  # noqa: PLC0415 - an extra, which others do without

    certificate = None
    if settings.grpc_tls_cert is not None and settings.grpc_tls_key is not None:
        certificate = Certificate(settings.grpc_tls_cert, settings.grpc_tls_key)
    async with serving(
        surroundings.bank,
        addresses,
        trusted_proxies=settings.trusted_proxies,
        certificate=certificate,
        # In production for nobody: what is served is published.
        reflects=settings.environment == "development",
        spans=surroundings.spans,
    ):
        yield


def _hold(address: str) -> Generator[socket.socket]:
    """Sockets on the address, which others may share from now on. Raises OSError."""
    host, port = host_and_port(address)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, where in found:
        held = socket.socket(family, kind, protocol)
        if family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(where)
        except OSError:
            held.close()
            raise
        # Not before: a program that shares its address would be taken for one of this bank.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        yield held


def _address(held: socket.socket) -> str:
    host, port = held.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _check_certificate(settings: Settings) -> None:
    if settings.grpc_tls_cert is None or settings.grpc_tls_key is None:
        return
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(settings.grpc_tls_cert, settings.grpc_tls_key)
    except OSError as error:  # SSLError is one
        reason = error.strerror or "it is not a certificate with its key"
        raise SettingError(f"BANK_GRPC_TLS_CERT or BANK_GRPC_TLS_KEY: {reason}") from None


DOOR: Final = GrpcDoor()
