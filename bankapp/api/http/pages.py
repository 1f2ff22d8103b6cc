"""The few pages that people see in a browser."""

import base64
import hashlib
import html
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import web

from bankapp.operations.mails import VerificationPage

_STATIC: Final = Path(__file__).parent / "static"
_VERIFICATION: Final = Template((_STATIC / "verify_email.html").read_text())
_SCRIPT: Final = (_STATIC / "verify_email.js").read_text()
_SCRIPT_HASH: Final = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# The address of the page holds the code; as every answer it says to refer nobody to it.
_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def verification_page(page: VerificationPage) -> web.Response:
    """A button that sends the code."""
    text = _VERIFICATION.substitute(
        email_id=page.email_id, secret_code=html.escape(page.secret_code), script=_SCRIPT
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
