"""The database docs at /docs/db/: files built beforehand and held in memory."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from aiohttp import web

from bankapp.api.http.site.files import add_page, guarded, read_files, send
from bankapp.domain.roles import Role

PATH: Final = "/docs/db"
_HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; img-src 'self'; script-src 'self'; "
        "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    }
)


def add_database_docs(app: web.Application, role: Role | None) -> None:
    """Serve the docs to callers with at least `role`; None lets anyone."""
    known = read_files("gen", "docs")

    async def serve(request: web.Request) -> web.StreamResponse:
        # Only what was read at the start has a name: no path leads out.
        file = known.get(request.match_info["path"] or "index.html")
        if file is None:
            raise web.HTTPNotFound
        return send(request, file, _HEADERS)

    add_page(app, PATH, _add_slash)
    add_page(app, f"{PATH}/{{path:.*}}", guarded(role, serve))


async def _add_slash(_: web.Request) -> web.StreamResponse:
    return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "db/"})
