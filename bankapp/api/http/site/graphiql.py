"""GraphiQL at /graphiql: a page that shows nothing of the bank before somebody signs in on it.

A browser sends no token for a page, so the page cannot be guarded as the documents are. What is
worth guarding is the schema, which the GraphQL door shows to those alone who may read it.
"""

from string import Template
from typing import Final

from aiohttp import web

from bankapp.api.http.site.files import add_page, send
from bankapp.api.http.site.pages import GUARDED_NAV, NAV, page_file, read_static
from bankapp.domain.roles import Role, includes

PATH: Final = "/graphiql"
_HEAD: Final = (
    '<link rel="stylesheet" href="/static/graphiql/graphiql.min.css">\n'
    '<link rel="stylesheet" href="/static/graphiql.css">\n'
    '<script src="/static/graphiql/react.production.min.js" defer></script>\n'
    '<script src="/static/graphiql/react-dom.production.min.js" defer></script>\n'
    '<script src="/static/graphiql/graphiql.min.js" defer></script>\n'
    '<script src="/static/graphiql.js" defer></script>\n'
)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def add_graphiql(app: web.Application, role: Role | None) -> None:
    """Serve GraphiQL for users with at least `role`; with None for every user."""
    roles = [one for one in Role if role is None or includes(one, role)]
    main = Template(read_static("graphiql.html")).substitute(
        roles=" ".join(one.value.upper() for one in roles),
        audience="For every user." if role is None else "For bankers.",
    )
    page = page_file(
        "GraphiQL",
        main,
        head=_HEAD,
        css_class="graphiql-page",
        nav=NAV if role is None else GUARDED_NAV,
    )

    async def show(request: web.Request) -> web.StreamResponse:
        return send(request, page, {"Content-Security-Policy": _POLICY})

    add_page(app, PATH, show)
