"""The page that sets a new password with the code of a mail, which only the HTTP door has."""

import html
from string import Template
from typing import Final

from bankapp.api.http.formats import Format
from bankapp.api.http.site.pages import policy_of, read_static
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.fields import Code, RequestModel, ResponseModel
from bankapp.operations.operation import public_operation

_PAGE: Final = Template(read_static("reset_password.html"))
_SCRIPT: Final = read_static("reset_password.js")


class ShowResetRequest(RequestModel):
    token: Code


class ResetPage(ResponseModel):
    """The code that the page sends with the new password."""

    token: str


@public_operation()
async def show_password_reset(bank: Bank, visitor: Visitor, request: ShowResetRequest) -> ResetPage:
    """A page with a field for the new password. It changes nothing until that is sent."""
    return ResetPage(token=request.token)


def _render(page: ResetPage) -> str:
    return _PAGE.substitute(token=html.escape(page.token), script=_SCRIPT)


RESET_PAGE: Final = Format(
    "text/html", _render, headers=(("Content-Security-Policy", policy_of(_SCRIPT)),)
)
