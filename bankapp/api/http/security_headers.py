"""What browsers are told: whose pages may ask, and what an answer may do in them."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web
from multidict import CIMultiDict, istr

# What a handler says itself goes before these.
_HEADERS: Final = (
    (istr("X-Content-Type-Options"), "nosniff"),
    (istr("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'"),
    (istr("Referrer-Policy"), "no-referrer"),
    (istr("Cache-Control"), "no-store"),
)
_ONLY_TLS: Final = (istr("Strict-Transport-Security"), "max-age=31536000")
_EXPOSED: Final = "X-Request-Id, Location, Retry-After, Idempotent-Replayed"
_REQUEST_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent"
_PREFLIGHT_MAX_AGE_S: Final = "600"


@dataclass(frozen=True, slots=True)
class Browsers:
    """Origins whose pages may read answers, and whether customers come by TLS alone.

    Nobody may send credentials of a browser along: the bank has no cookies, and tokens are given by
    the page itself.
    """

    origins: Collection[str] = ()
    only_tls: bool = False


BROWSERS: Final = web.AppKey("browsers", Browsers)


def secure(headers: CIMultiDict[str]) -> None:
    """Add what every answer says, where the handler has not said otherwise."""
    for name, value in _HEADERS:
        if name not in headers:
            headers[name] = value


def address_browsers(request: web.Request, headers: CIMultiDict[str]) -> None:
    """Add all that a browser is told with the answer to this request."""
    secure(headers)
    browsers = request.app[BROWSERS]
    if browsers.only_tls:
        headers.add(*_ONLY_TLS)
    if not browsers.origins:
        return
    headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if origin in browsers.origins:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = _EXPOSED


def answer_preflight(request: web.Request, allowed_methods: str) -> web.Response | None:
    """Tell a browser what a page of an allowed origin may ask here; None for any other request."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or request.headers.get("Origin") not in request.app[BROWSERS].origins:
        return None
    headers = {
        "Access-Control-Allow-Methods": allowed_methods,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": _PREFLIGHT_MAX_AGE_S,
    }
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
