"""The page that a link in a mail leads to, which only the HTTP door has."""

import base64
import hashlib
import html
from string import Template
from typing import Final

from bankapp.api.http.formats import Format
from bankapp.api.http.site.pages import read_static
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import Code, Id, RequestModel, ResponseModel
from bankapp.operations.operation import public_operation

_PAGE: Final = Template(read_static("verify_email.html"))
_SCRIPT: Final = read_static("verify_email.js")
_SCRIPT_HASH: Final = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# The URL of the page contains the code; every answer's Referrer-Policy keeps it from leaking.
_POLICY: Final = (
    f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ShowVerificationRequest(RequestModel):
    email_id: Id
    secret_code: Code


class VerificationPage(ResponseModel):
    """The values that the page with the button sends."""

    email_id: int
    secret_code: str


@public_operation()
async def show_verification(
    bank: Bank, visitor: Visitor, request: ShowVerificationRequest
) -> VerificationPage:
    """Show a page with a button. The page itself verifies nothing: mail scanners follow links."""
    return VerificationPage(email_id=request.email_id, secret_code=request.secret_code)


def _render(page: VerificationPage) -> str:
    return _PAGE.substitute(
        email_id=page.email_id, secret_code=html.escape(page.secret_code), script=_SCRIPT
    )


VERIFICATION_PAGE: Final = Format(
    "text/html", _render, headers=(("Content-Security-Policy", _POLICY),)
)
