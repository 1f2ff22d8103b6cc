"""What people find in a browser: the front page, the API docs, and what these are made of."""

import html
from importlib.resources import files
from string import Template
from typing import Final

from aiohttp import web

from bankapp.api.http.files import File, add_page, guarded, read_files, send
from bankapp.api.http.pages import PAGE_HEADERS, page_file, read_static
from bankapp.domain.roles import Role

_STATIC: Final = "/static"
_EXAMPLE_ORIGIN: Final = "http://127.0.0.1:8080"
_DOCS_HEAD: Final = (
    '<link rel="stylesheet" href="/static/swagger-ui/swagger-ui.css">\n'
    '<script src="/static/swagger-ui/swagger-ui-bundle.js" defer></script>\n'
    '<script src="/static/docs.js" defer></script>\n'
)
_DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FOR_STAFF: Final = (
    '<p class="quiet">On this server the API, the database docs and openapi.json are shown only to '
    "the access token of a banker.</p>"
)


def add_site(app: web.Application, role: Role | None) -> None:
    """Serve the pages; those about the API and the document to callers with at least `role`."""
    home = Template(read_static("home.html")).substitute(note=_FOR_STAFF if role else "")
    docs = page_file("bankapp API", read_static("docs.html"), head=_DOCS_HEAD, css_class="wide")
    document = File.read(files("gen") / "openapi.json")
    static = dict(read_files(files("bankapp.api.http") / "static"))

    async def show_home(request: web.Request) -> web.StreamResponse:
        origin = html.escape(str(request.url.origin()))
        page = page_file("bankapp", home.replace(_EXAMPLE_ORIGIN, origin))
        return send(request, page, PAGE_HEADERS)

    async def show_docs(request: web.Request) -> web.StreamResponse:
        return send(request, docs, {"Content-Security-Policy": _DOCS_POLICY})

    async def show_document(request: web.Request) -> web.StreamResponse:
        return send(request, document, {})

    async def show_static(request: web.Request) -> web.StreamResponse:
        # Only what was read at the start has a name: no path leads out.
        file = static.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        return send(request, file, {})

    add_page(app, "/", show_home)
    add_page(app, "/docs", guarded(role, show_docs))
    add_page(app, "/openapi.json", guarded(role, show_document))
    add_page(app, f"{_STATIC}/{{path:.*}}", show_static)
