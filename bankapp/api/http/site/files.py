"""Files held in memory, sent again only when they have changed."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from aiohttp import web

from bankapp.api.http.authentication import bearer_token, identify_visitor
from bankapp.api.http.endpoint import BANK, EXCHANGE, Handler, meet_expectation
from bankapp.domain import errors
from bankapp.domain.roles import Role, includes
from bankapp.operations.admission import authenticate

_CONTENT_TYPES: Final = MappingProxyType(
    {
        "css": "text/css",
        "html": "text/html",
        "js": "text/javascript",
        "json": "application/json",
        "svg": "image/svg+xml",
    }
)


@dataclass(frozen=True, slots=True)
class File:
    """A file and its ETag."""

    content: bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, content_type: str) -> "File":
        """A file with this content."""
        return cls(content, content_type, hashlib.sha256(content).hexdigest()[:32])

    @classmethod
    def read(cls, entry: Traversable) -> "File":
        """A file of a package; the suffix of its name gives its type."""
        return cls.of(entry.read_bytes(), _CONTENT_TYPES[_suffix(entry)])


@cache
def read_files(package: str, directory: str) -> Mapping[str, File]:
    """Every file of a browser's types below a directory of a package, by its path there.

    Read once for all applications, because a package does not change while it is used.
    """
    return MappingProxyType(dict(_files(files(package) / directory, "")))


def _files(directory: Traversable, prefix: str) -> Iterator[tuple[str, File]]:
    for entry in directory.iterdir() if directory.is_dir() else ():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif _suffix(entry) in _CONTENT_TYPES:
            yield f"{prefix}{entry.name}", File.read(entry)


def send(request: web.Request, file: File, headers: Mapping[str, str]) -> web.Response:
    """An answer with the file, or without it if the client has it already."""
    # A client may keep the file but must ask again, by its ETag.
    headers = {"Cache-Control": "no-cache", "ETag": f'"{file.etag}"', **headers}
    if _has(request, file):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(
        body=file.content, content_type=file.content_type, charset="utf-8", headers=headers
    )


def _has(request: web.Request, file: File) -> bool:
    """Whether the client has the file, by a weak comparison of its ETag (RFC 9110, 13.1.2)."""
    known = {etag.value for etag in request.if_none_match or ()}
    return not known.isdisjoint((file.etag, "*"))


def add_page(app: web.Application, path: str, handler: Handler) -> None:
    """Serve a page."""
    app.router.add_get(path, handler, expect_handler=meet_expectation)


def guarded(role: Role | None, handler: Handler) -> Handler:
    """The handler, for callers with at least `role`; with None for anyone."""
    if role is None:
        return handler

    async def guard(request: web.Request) -> web.StreamResponse:
        exchange = request[EXCHANGE]
        visitor = identify_visitor(request, exchange.request_id)
        caller = await authenticate(request.app[BANK], visitor, bearer_token(request))
        exchange.username = caller.username
        if not includes(caller.role, role):
            raise errors.Forbidden
        return await handler(request)

    return guard


def _suffix(entry: Traversable) -> str:
    return entry.name.rpartition(".")[2]
