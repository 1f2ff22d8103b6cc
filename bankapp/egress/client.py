"""The HTTP client of the egress: it connects to allowed addresses only, whatever a name says."""

import socket
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from bankapp import tuning
from bankapp.egress.addresses import AddressFilter, Network
from bankapp.egress.interface import EgressFailed, Failure, IncomingAnswer, OutgoingRequest

# Family, type, protocol, canonical name, and the address with its port.
AddressInfo: TypeAlias = tuple[Any, Any, int, str, tuple[Any, ...]]
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)


class AddressRefused(OSError):
    """The bank may not connect to an address."""


class HttpEgress:
    """Sends by HTTP/1.1. See `open_egress`."""

    def __init__(self, session: aiohttp.ClientSession, *, requires_tls: bool) -> None:
        self._session = session
        self._schemes = ("https",) if requires_tls else ("https", "http")

    async def send(self, request: OutgoingRequest) -> IncomingAnswer:
        """The answer to a request. Raises EgressFailed."""
        self._require_plain_url(request.url)
        try:
            async with self._session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=request.timeout_s),
            ) as response:
                return await _read(response, request.answer_bytes_max)
        except TimeoutError:
            raise EgressFailed(Failure.TIMEOUT) from None
        except aiohttp.ClientConnectorError as error:
            raise EgressFailed(_reason(error)) from None
        except (aiohttp.InvalidURL, ValueError):
            raise EgressFailed(Failure.URL_REFUSED) from None
        except (aiohttp.ClientError, OSError):
            raise EgressFailed(Failure.BROKEN_ANSWER) from None

    def _require_plain_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            has_password = "@" in parts.netloc
        except ValueError:
            raise EgressFailed(Failure.URL_REFUSED) from None
        if parts.scheme not in self._schemes or not parts.hostname or has_password:
            raise EgressFailed(Failure.URL_REFUSED)


@asynccontextmanager
async def open_egress(
    *,
    allowed: Iterable[Network] = (),
    requires_tls: bool,
    resolver: AbstractResolver | None = None,
) -> AsyncGenerator[HttpEgress]:
    """An egress while the block runs: without redirects, proxies, cookies and compression.

    It connects to public addresses and to the `allowed` networks. The address is looked at when
    the socket is made, after any `resolver`, so a name cannot change its mind in between.
    """
    # Without threads, of which names that are never resolved could take all.
    resolver = resolver or aiohttp.AsyncResolver(timeout=tuning.DNS_TIMEOUT_S, tries=2)
    connector = aiohttp.TCPConnector(
        socket_factory=_socket_factory(AddressFilter(allowed)),
        resolver=resolver,
        limit=tuning.EGRESS_CONNECTION_COUNT_MAX,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        # A small answer could become a large one; what is sent all the same stays as it is.
        auto_decompress=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "bankapp"},
        trust_env=False,
    )
    try:
        async with session:
            yield HttpEgress(session, requires_tls=requires_tls)
    finally:
        await resolver.close()


def _socket_factory(addresses: AddressFilter) -> Callable[[AddressInfo], socket.socket]:
    def create(info: AddressInfo) -> socket.socket:
        """The socket for one attempt to connect. Raises AddressRefused."""
        family, kind, protocol, _, address = info
        if family not in _FAMILIES or not addresses.allows(str(address[0])):
            raise AddressRefused("the address is not public")
        return socket.socket(family=family, type=kind, proto=protocol)

    return create


def _reason(error: aiohttp.ClientConnectorError) -> Failure:
    is_refused = isinstance(error.os_error, AddressRefused)
    return Failure.ADDRESS_REFUSED if is_refused else Failure.NO_CONNECTION


async def _read(response: aiohttp.ClientResponse, bytes_max: int) -> IncomingAnswer:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > bytes_max:
            break
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        headers.setdefault(name.lower(), value)
    is_complete = len(body) <= bytes_max
    if not is_complete:
        response.close()  # nobody waits for the rest
    return IncomingAnswer(
        status=response.status,
        headers=headers,
        body=bytes(body[:bytes_max]),
        is_complete=is_complete,
    )
