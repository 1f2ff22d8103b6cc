"""Pages that people see in a browser."""

import base64
import hashlib
import html
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import web

from bankapp.api.http.site.files import File
from bankapp.operations.mails import VerificationPage

_STATIC: Final = Path(__file__).parent / "static"


def read_static(name: str) -> str:
    """The text of a file that pages are made of."""
    return (_STATIC / name).read_text()


_PAGE: Final = Template(read_static("page.html"))
_VERIFICATION: Final = Template(read_static("verify_email.html"))
_SCRIPT: Final = read_static("verify_email.js")
_SCRIPT_HASH: Final = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_NAV: Final = (
    '<a href="/docs">API</a>\n<a href="/problems/">Problems</a>\n<a href="/docs/db/">Database</a>'
)
# Where the docs want an access token, which a browser does not send: no link leads to them.
GUARDED_NAV: Final = '<a href="/problems/">Problems</a>'
PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
# The address of the page holds the code; as every answer it says to refer nobody to it.
_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def page_file(
    title: str, main: str, *, head: str = "", css_class: str = "text", nav: str = _NAV
) -> File:
    """A page of the site with this content, which is HTML."""
    text = _PAGE.substitute(title=title, main=main, head=head, css_class=css_class, nav=nav)
    return File.of(text.encode(), "text/html")


def verification_page(page: VerificationPage) -> web.Response:
    """A button that sends the code."""
    text = _VERIFICATION.substitute(
        email_id=page.email_id, secret_code=html.escape(page.secret_code), script=_SCRIPT
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
