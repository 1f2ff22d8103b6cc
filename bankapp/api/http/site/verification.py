"""The page that a link in a mail leads to, which only the HTTP door has."""

import html
from string import Template
from typing import Final

from bankapp.api.http.formats import Format
from bankapp.api.http.site.pages import policy_of, read_static
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import Code, Id, RequestModel, ResponseModel
from bankapp.operations.operation import public_operation

_PAGE: Final = Template(read_static("verify_email.html"))
_SCRIPT: Final = read_static("verify_email.js")


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
    "text/html", _render, headers=(("Content-Security-Policy", policy_of(_SCRIPT)),)
)
