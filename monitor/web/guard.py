"""Lets in whoever knows the token, at a name that is the monitor's own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bankapp_client import ClientError
from monitor.access import Access
from monitor.bank import Bank
from monitor.settings import Settings
from monitor.values import host_and_port, is_loopback

COOKIE: Final = "monitor_pass"
# Nothing of these tells anything.
_PUBLIC: Final = ("/healthz", "/sign-in", "/static/icon.svg", "/static/style.css")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request that is not answered as asked, and why."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Guard:
    """The names at which the monitor is reached, and the access to it."""

    access: Access
    bank: Bank | None
    hosts: frozenset[str]
    is_secure: bool

    @classmethod
    def of(cls, settings: Settings, access: Access, bank: Bank) -> "Guard":
        """The guard of the settings. Bankers are let in with a token of the bank if they say so."""
        public = urlsplit(settings.public_url or "")
        host = host_and_port(settings.http_address)[0]
        own = _LOOPBACK_NAMES | {host} if is_loopback(host) else frozenset[str]()
        return cls(
            access=access,
            bank=bank if settings.lets_bankers_in else None,
            hosts=own.union([public.hostname] if public.hostname else []),
            is_secure=public.scheme == "https",
        )

    def require_own_name(self, request: web.Request) -> None:
        """Refuse a request to another name, as a page does whose name was made to lead here."""
        try:
            name = urlsplit(f"//{request.headers.get('Host', '')}").hostname
        except ValueError:
            name = None
        if name not in self.hosts:
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "misdirected",
                "This is not the name of the monitor; MONITOR_PUBLIC_URL sets another one.",
            )

    async def is_known(self, request: web.Request) -> bool:
        """Whether the request has a token that is let in, or the pass that a browser was given."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.access.accepts(request.cookies.get(COOKIE, ""))
        return self.access.knows(token.strip()) or await self._is_of_banker(token.strip())

    async def _is_of_banker(self, token: str) -> bool:
        if self.bank is None:
            return False
        try:
            return await self.bank.is_of_banker(token)
        except ClientError:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "unavailable",
                "The bank does not answer, so its tokens cannot be verified; try again.",
            ) from None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Check the name and the token, and add the headers that browsers heed."""
        response = await self._answer(request, handler)
        response.headers.update(_HEADERS)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self.require_own_name(request)
            if request.path not in _PUBLIC and not await self.is_known(request):
                if request.path == "/":
                    raise web.HTTPSeeOther("/sign-in")
                raise Refused(
                    HTTPStatus.UNAUTHORIZED,
                    "unauthorized",
                    "Send the token of the monitor as `Authorization: Bearer`.",
                )
            return await handler(request)
        except Refused as refused:
            response = refusal(refused.status, refused.code, refused.detail)
            if refused.status == HTTPStatus.UNAUTHORIZED:
                response.headers["WWW-Authenticate"] = "Bearer"
            return response
        except web.HTTPException as answer:
            if answer.status < HTTPStatus.BAD_REQUEST:
                return web.Response(
                    status=answer.status, headers={"Location": answer.headers["Location"]}
                )
            status = HTTPStatus(answer.status)
            return refusal(status, status.phrase.lower().replace(" ", "_"), f"{status.phrase}.")


def refusal(status: HTTPStatus, code: str, detail: str) -> web.Response:
    """A refusal as JSON."""
    return web.json_response({"code": code, "detail": detail}, status=status)
