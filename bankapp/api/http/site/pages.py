"""The layout of the site's pages."""

import base64
import hashlib
from pathlib import Path
from string import Template
from typing import Final

from bankapp.api.http.site.files import File

_STATIC: Final = Path(__file__).parent / "static"


def read_static(name: str) -> str:
    """The text of a static file."""
    return (_STATIC / name).read_text()


_PAGE: Final = Template(read_static("page.html"))
NAV: Final = (
    '<a href="/docs">API</a>\n<a href="/problems/">Problems</a>\n<a href="/docs/db/">Database</a>'
)
# For production, where the docs need an access token, which a browser does not send.
GUARDED_NAV: Final = '<a href="/problems/">Problems</a>'
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def policy_of(script: str) -> str:
    """The Content-Security-Policy of a page that runs this script, and talks to the bank only.

    The URL of such a page contains a code; every answer's Referrer-Policy keeps it from leaking.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def page_file(
    title: str, main: str, *, head: str = "", css_class: str = "text", nav: str = NAV
) -> File:
    """A page of the site; `main` is its content in HTML."""
    text = _PAGE.substitute(title=title, main=main, head=head, css_class=css_class, nav=nav)
    return File.of(text.encode(), "text/html")
