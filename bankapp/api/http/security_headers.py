"""Security headers: the origins that may read answers, and the rights of a page in a browser."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web
from multidict import CIMultiDict, istr

# A handler may set other values, which have precedence.
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
    """The origins whose pages may read answers, and whether the bank is reached by TLS only.

    Credentials that a browser stores are never allowed: the bank sets no cookies, and a page sends
    its token itself.
    """

    origins: Collection[str] = ()
    only_tls: bool = False


BROWSERS: Final = web.AppKey("browsers", Browsers)


def secure(headers: CIMultiDict[str]) -> None:
    """Add the headers of every answer that the handler has not set."""
    for name, value in _HEADERS:
        if name not in headers:
            headers[name] = value


def address_browsers(request: web.Request, headers: CIMultiDict[str]) -> None:
    """Add all security headers to the answer to this request."""
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
    """The answer to a CORS preflight from an allowed origin; None for any other request."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or request.headers.get("Origin") not in request.app[BROWSERS].origins:
        return None
    headers = {
        "Access-Control-Allow-Methods": allowed_methods,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": _PREFLIGHT_MAX_AGE_S,
    }
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
