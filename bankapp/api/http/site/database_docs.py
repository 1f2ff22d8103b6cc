"""The database docs at /docs/db/: files built beforehand and held in memory."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bankapp.api.http.site.files import add_page, guarded, read_files, send
from bankapp.domain.roles import Role

PATH: Final = "/docs/db"
_CONTENTS: Final = "nav.html"


def _headers(frames: str) -> Mapping[str, str]:
    return {
        "Content-Security-Policy": "default-src 'none'; img-src 'self'; script-src 'self'; "
        f"style-src 'self'; base-uri 'none'; form-action 'none'; {frames}"
    }


# Every page shows the contents in a frame; only they may be framed, and only by the same origin.
_PAGE_HEADERS: Final = _headers("frame-src 'self'; frame-ancestors 'none'")
_CONTENTS_HEADERS: Final = _headers("frame-ancestors 'self'")


def add_database_docs(app: web.Application, role: Role | None) -> None:
    """Serve the docs to callers with at least `role`; None lets anyone."""
    known = read_files("gen", "docs")

    async def serve(request: web.Request) -> web.StreamResponse:
        # Only files that were read at the start are served, so no path leads out of the folder.
        path = request.match_info["path"] or "index.html"
        if path not in known:
            raise web.HTTPNotFound
        headers = _CONTENTS_HEADERS if path == _CONTENTS else _PAGE_HEADERS
        return send(request, known[path], headers)

    add_page(app, PATH, _add_slash)
    add_page(app, f"{PATH}/{{path:.*}}", guarded(role, serve))


async def _add_slash(_: web.Request) -> web.StreamResponse:
    return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "db/"})
