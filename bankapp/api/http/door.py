"""The HTTP door as the processes open it, and the door of the metrics."""

import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from typing import Final, TypeAlias

from bankapp.api.door import Surroundings
from bankapp.api.http.metrics import create_metrics_app
from bankapp.api.http.mounting import add_graphql
from bankapp.api.http.security_headers import Browsers
from bankapp.api.http.server import create_app
from bankapp.api.http.serving.listener import listen, open_sockets, url_of
from bankapp.api.mount import Mount
from bankapp.command_errors import StartError
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.settings import Settings, host_and_port
from bankapp.telemetry import metrics

# Makes the GraphQL door of a bank, and of the least role that may read its schema.
CreateGraphql: TypeAlias = Callable[[Bank, Role | None], Mount]


class HttpDoor:
    """The API, its documents and its pages at BANK_HTTP_ADDRESS.

    The GraphQL door has no listener of its own: it answers here, unless BANK_GRAPHQL is off.
    """

    def __init__(self, create_graphql: CreateGraphql) -> None:
        self._create_graphql = create_graphql

    @contextmanager
    def listen(self, settings: Settings) -> Generator[list[socket.socket]]:
        """The sockets of the address. Raises StartError when it is not available."""
        with _open(settings.http_address, "BANK_HTTP_ADDRESS") as sockets:
            yield sockets

    def serve(
        self, settings: Settings, sockets: Sequence[socket.socket], surroundings: Surroundings
    ) -> AbstractAsyncContextManager[None]:
        """Serve while the block runs, then finish the requests that were accepted."""
        is_development = settings.environment == "development"
        comes_by_tls = (settings.public_url or "").startswith("https://")
        # In production the docs are for bankers: they describe the bank in detail.
        docs_role = None if is_development else Role.BANKER
        app = create_app(
            surroundings.bank,
            settings.trusted_proxies,
            public_url=settings.public_url,
            docs_role=docs_role,
            browsers=Browsers(settings.allowed_origins, only_tls=comes_by_tls),
            shows_metrics=is_development and settings.metrics_address is None,
            spans=surroundings.spans,
        )
        if settings.graphql:
            add_graphql(app, self._create_graphql(surroundings.bank, docs_role), docs_role)
        return listen(app, sockets, hurry=surroundings.hurry, shares=surroundings.shares)

    def url_of(self, listener: socket.socket) -> str:
        """The URL of the server on this socket."""
        return url_of(listener)


class MetricsDoor:
    """The metrics at BANK_METRICS_ADDRESS."""

    @contextmanager
    def listen(self, settings: Settings) -> Generator[list[socket.socket]]:
        """The sockets of the address, which several processes can share; none if it is not set.

        Raises StartError when the address is not available.
        """
        if settings.metrics_address is None:
            yield []
            return
        with _open(
            settings.metrics_address, "BANK_METRICS_ADDRESS", reuse_port=metrics.IS_SHARED
        ) as sockets:
            yield sockets

    def serve(
        self, settings: Settings, sockets: Sequence[socket.socket], surroundings: Surroundings
    ) -> AbstractAsyncContextManager[None]:
        """Serve while the block runs."""
        app = create_metrics_app(surroundings.bank)
        return listen(app, sockets, hurry=surroundings.hurry)

    def url_of(self, listener: socket.socket) -> str:
        """The URL of the metrics."""
        return f"{url_of(listener)}/metrics"


@contextmanager
def _open(
    address: str, setting: str, *, reuse_port: bool = False
) -> Generator[list[socket.socket]]:
    host, port = host_and_port(address)
    with ExitStack() as stack:
        try:
            sockets = stack.enter_context(open_sockets(host, port, reuse_port=reuse_port))
        except OSError as error:
            raise StartError(
                f"cannot listen on {address} ({error.strerror}); set {setting} to another one"
            ) from None
        yield sockets


METRICS_DOOR: Final = MetricsDoor()
