"""The database docs at /docs/db/: files built beforehand and held in memory."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from aiohttp import web

from bankapp.api.http.authentication import bearer_token, identify_visitor
from bankapp.api.http.endpoint import BANK
from bankapp.domain.roles import Role
from bankapp.operations.operation import authenticate

PATH: Final = "/docs/db"
_CONTENT_TYPES: Final = MappingProxyType(
    {
        ".css": "text/css",
        ".html": "text/html",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
    }
)
_HEADERS: Final = MappingProxyType(
    {
        "Cache-Control": "no-cache",  # but kept, and asked for again by its ETag
        "Content-Security-Policy": "default-src 'none'; img-src 'self'; script-src 'self'; "
        "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    }
)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    content_type: str
    etag: str


def add_database_docs(app: web.Application, role: Role | None) -> None:
    """Serve the docs to callers with at least `role`; None lets anyone."""
    known = dict(_read(files("gen") / "docs"))

    async def serve(request: web.Request) -> web.StreamResponse:
        if role is not None:
            visitor = identify_visitor(request)
            await authenticate(request.app[BANK], visitor, bearer_token(request), role)
        # Only what was read at the start has a name: no path leads out.
        file = known.get(request.match_info["path"] or "index.html")
        if file is None:
            raise web.HTTPNotFound
        headers = {**_HEADERS, "ETag": file.etag}
        if request.headers.get("If-None-Match") == file.etag:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return web.Response(
            body=file.content, content_type=file.content_type, charset="utf-8", headers=headers
        )

    app.router.add_get(PATH, _add_slash)
    app.router.add_get(f"{PATH}/{{path:.*}}", serve)


async def _add_slash(_: web.Request) -> web.StreamResponse:
    return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "db/"})


def _read(directory: Traversable, prefix: str = "") -> list[tuple[str, _File]]:
    found: list[tuple[str, _File]] = []
    for entry in directory.iterdir() if directory.is_dir() else ():
        path = f"{prefix}{entry.name}"
        suffix = f".{entry.name.rpartition('.')[2]}"
        if entry.is_dir():
            found += _read(entry, f"{path}/")
        elif suffix in _CONTENT_TYPES:
            content = entry.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            found.append((path, _File(content, _CONTENT_TYPES[suffix], etag)))
    return found
