"""Cases of accounts and statements."""

from typing import Final

from bankapp.domain import errors
from bankapp.operations.ledger import accounts, currencies, statements
from tests.doors import case
from tests.doors.case import Case, Keyed, after, refused
from tests.doors.cases.ledger.shared import EMPTY_CLOSED, NO_ACCOUNT, account, empty_account
from tests.doors.shapes import ACCOUNT, BALANCE, CURRENCIES, ENTRY, STATEMENT, page_of
from tests.doors.world import NO_NAME, Requester

_EMPTY_FROZEN: Final = after(accounts.freeze_account, Requester.BANKER, empty_account)

CASES: Final = (
    Case(
        operation=currencies.list_currencies,
        request=lambda _: {},
        who_may=case.anyone(),
        answer=CURRENCIES,
    ),
    Case(
        operation=accounts.open_account,
        request=lambda _: {"currency": "CHF"},
        who_may=case.users(),
        answer=ACCOUNT,
        provocations=[refused(errors.AccountExists, {"currency": "USD"}, by=Requester.OWNER)],
        unprovoked={errors.TooManyAccounts: "it takes more accounts than a test should open"},
        keyed=Keyed(other={"currency": "JPY"}, refused=errors.AccountExists),
        is_limited=True,
    ),
    Case(
        operation=accounts.get_account,
        request=account,
        who_may=case.owner_and_staff(),
        answer=ACCOUNT,
        provocations=[NO_ACCOUNT],
    ),
    Case(
        operation=accounts.list_accounts,
        request=lambda _: {},
        who_may=case.users(),
        answer=page_of(ACCOUNT),
        provocations=[
            refused(errors.NotFound, lambda world: {"owner": world.owner}, by=Requester.OTHER),
            refused(errors.NotFound, {"owner": NO_NAME}, by=Requester.OTHER),
        ],
    ),
    Case(
        operation=accounts.list_entries,
        request=account,
        who_may=case.owner_and_staff(),
        answer=page_of(ENTRY),
        provocations=[NO_ACCOUNT],
    ),
    Case(
        operation=accounts.freeze_account,
        request=account,
        who_may=case.bankers(),
        answer=ACCOUNT,
        provocations=[
            NO_ACCOUNT,
            refused(errors.AccountClosed, empty_account, given=EMPTY_CLOSED),
        ],
    ),
    Case(
        operation=accounts.thaw_account,
        request=account,
        who_may=case.bankers(),
        answer=ACCOUNT,
        provocations=[
            NO_ACCOUNT,
            refused(errors.AccountClosed, empty_account, given=EMPTY_CLOSED),
        ],
    ),
    Case(
        operation=accounts.close_account,
        request=empty_account,
        who_may=case.owner_and_staff(),
        answer=ACCOUNT,
        provocations=[
            NO_ACCOUNT,
            refused(errors.AccountClosed, given=EMPTY_CLOSED),
            refused(errors.AccountFrozen, given=_EMPTY_FROZEN),
            refused(errors.AccountNotEmpty, account),
        ],
    ),
    Case(
        operation=statements.get_balance,
        request=account,
        who_may=case.owner_and_staff(),
        answer=BALANCE,
        provocations=[NO_ACCOUNT],
    ),
    Case(
        operation=statements.get_statement,
        request=lambda world: {"account_id": world.account_id, "month": "2020-01"},
        who_may=case.owner_and_staff(),
        answer=STATEMENT,
        provocations=[NO_ACCOUNT],
    ),
)
