"""The front page, the API docs, and their static files."""

import html
from importlib.resources import files
from string import Template
from typing import Final

from aiohttp import web

from bankapp.api.http.site.files import File, add_page, guarded, read_files, send
from bankapp.api.http.site.pages import GUARDED_NAV, PAGE_HEADERS, page_file, read_static
from bankapp.domain import errors
from bankapp.domain.roles import Role

_STATIC: Final = "/static"
_DOCS_HEAD: Final = (
    '<link rel="stylesheet" href="/static/swagger-ui/swagger-ui.css">\n'
    '<script src="/static/swagger-ui/swagger-ui-bundle.js" defer></script>\n'
    '<script src="/static/docs.js" defer></script>\n'
)
_DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_site(app: web.Application, role: Role | None, public_url: str | None) -> None:
    """Serve the pages; those about the API and the document to callers with at least `role`."""
    home = Template(read_static("home.html"))
    guarded_home = page_file("bankapp", read_static("home_in_production.html"), nav=GUARDED_NAV)
    docs = page_file("bankapp API", read_static("docs.html"), head=_DOCS_HEAD, css_class="wide")
    document = File.read(files("gen") / "openapi.json")
    static = read_files("bankapp.api.http.site", "static")

    async def show_home(request: web.Request) -> web.StreamResponse:
        if role is not None:
            return send(request, guarded_home, PAGE_HEADERS)
        origin = html.escape(public_url or _origin(request))
        page = page_file("bankapp", home.substitute(origin=origin))
        return send(request, page, PAGE_HEADERS)

    async def show_docs(request: web.Request) -> web.StreamResponse:
        return send(request, docs, {"Content-Security-Policy": _DOCS_POLICY})

    async def show_document(request: web.Request) -> web.StreamResponse:
        return send(request, document, {})

    async def show_static(request: web.Request) -> web.StreamResponse:
        # Only files that were read at the start are served, so no path leads out of the folder.
        file = static.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        return send(request, file, {})

    add_page(app, "/", show_home)
    add_page(app, "/docs", guarded(role, show_docs))
    add_page(app, "/openapi.json", guarded(role, show_document))
    add_page(app, f"{_STATIC}/{{path:.*}}", show_static)


def _origin(request: web.Request) -> str:
    """The origin of the bank, from the request's Host header."""
    try:
        return str(request.url.origin())
    except ValueError:
        raise errors.MalformedRequest("The Host header names no host.") from None
