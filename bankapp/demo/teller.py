"""Requests of the demo's users, which call the bank's operations as a door does."""

import itertools
import uuid
from contextlib import suppress
from typing import Any, Final

from pydantic import BaseModel

from bankapp.demo.cast import BANKER, PASSWORD, Person
from bankapp.domain import errors
from bankapp.domain.origin import Origin
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, Visitor
from bankapp.operations.identity import users
from bankapp.operations.ledger import accounts, batches, holds, transfers
from bankapp.operations.ledger.accounts import Account
from bankapp.operations.ledger.holds import Hold
from bankapp.operations.ledger.transfers import Transfer
from bankapp.operations.operation import Operation
from bankapp.operations.serving import perform

USER_AGENT: Final = "bankapp demo"
NO_SESSION: Final = uuid.UUID(int=0)


class _CallerWithoutSession(Caller):
    """A user of the demo, whose money moves although no session is open."""

    __slots__ = ()

    @property
    def origin(self) -> Origin:
        return self.origin_as(self.username)


class Teller:
    """Sends requests in one order, the nth under the nth key, so that a repetition is a replay."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._numbers = itertools.count(1)
        self._accounts: dict[tuple[str, str], Account] = {}

    async def sign_up(self, person: Person) -> None:
        """Sign up a user, under a key of their own."""
        visitor = Visitor(address=None, user_agent=USER_AGENT, request_id=f"demo-{person.username}")
        request = users.CreateUserRequest(
            username=person.username,
            password=PASSWORD,
            full_name=person.full_name,
            email=person.email,
        )
        await perform(self._bank, users.create_user, visitor, request, "demo")

    async def make_banker(self, person: Person) -> None:
        """Make a user a banker, as an admin would."""
        await self._bank.store.users.change_role(person.username, Role.BANKER)

    async def open_account(self, owner: Person, currency: str = "USD") -> None:
        """Open an account, which later calls find by its owner and currency."""
        request = accounts.OpenAccountRequest(currency=currency)
        account = await self._request(owner, accounts.open_account, request)
        self._accounts[owner.username, currency] = account

    async def deposit(self, owner: Person, amount: int, currency: str = "USD") -> None:
        """Deposit cash over the counter."""
        await self._cash(
            transfers.create_deposit, transfers.DepositRequest, owner, amount, currency
        )

    async def withdraw(self, owner: Person, amount: int, currency: str = "USD") -> None:
        """Withdraw cash over the counter."""
        await self._cash(
            transfers.create_withdrawal, transfers.WithdrawalRequest, owner, amount, currency
        )

    async def pay(self, payer: Person, payee: Person, amount: int, what: str) -> Transfer:
        """Make a transfer in dollars."""
        request = transfers.CreateTransferRequest(**self._payment(payer, payee, amount, what))
        made = await self._request(payer, transfers.create_transfer, request)
        paid: Transfer = made.transfer
        return paid

    async def pay_all(self, payer: Person, amounts: dict[Person, int], what: str) -> None:
        """Make several transfers, all or none."""
        items = [
            batches.BatchItem(**self._payment(payer, payee, amount, what))
            for payee, amount in amounts.items()
        ]
        request = batches.CreateBatchRequest(mode="atomic", transfers=items)
        await self._request(payer, batches.create_batch, request)

    async def refund(self, requester: Person, paid: Transfer, amount: int | None = None) -> None:
        """Reverse a transfer in whole or in part, by its payee or a banker."""
        request = transfers.ReverseTransferRequest(transfer_id=paid.id, amount=amount)
        await self._request(requester, transfers.reverse_transfer, request)

    async def hold(
        self, payer: Person, payee: Person, amount: int, what: str, *, lifetime_s: int = 604_800
    ) -> Hold:
        """Hold money, as a card payment does."""
        request = holds.CreateHoldRequest(
            **self._payment(payer, payee, amount, what), expires_in_s=lifetime_s
        )
        made: Hold = await self._request(payer, holds.create_hold, request)
        return made

    async def capture(self, payee: Person, held: Hold, amount: int | None = None) -> None:
        """Capture a hold in whole or in part."""
        request = holds.CaptureHoldRequest(hold_id=held.id, amount=amount)
        await self._request(payee, holds.capture_hold, request)

    async def void(self, requester: Person, held: Hold) -> None:
        """Void a hold, by either side."""
        await self._request(requester, holds.void_hold, holds.GetHoldRequest(hold_id=held.id))

    async def freeze(self, owner: Person) -> None:
        """Freeze an account, by a banker."""
        await self._request(BANKER, accounts.freeze_account, self._account_of(owner, "USD"))

    async def close(self, owner: Person, currency: str) -> None:
        """Close an account, by its owner, unless it is closed already."""
        with suppress(errors.AccountClosed):  # by this demo, before it was interrupted
            await self._request(owner, accounts.close_account, self._account_of(owner, currency))

    async def _cash(
        self,
        operation: Operation,
        request: type[transfers.CashRequest],
        owner: Person,
        amount: int,
        currency: str,
    ) -> None:
        account_id = self._accounts[owner.username, currency].id
        cash = request(account_id=account_id, amount=amount, currency=currency)
        await self._request(BANKER, operation, cash)

    def _account_of(self, owner: Person, currency: str) -> accounts.GetAccountRequest:
        account = self._accounts[owner.username, currency]
        return accounts.GetAccountRequest(account_id=account.id)

    def _payment(self, payer: Person, payee: Person, amount: int, what: str) -> dict[str, Any]:
        return {
            "from_account_id": self._accounts[payer.username, "USD"].id,
            "to_account_id": self._accounts[payee.username, "USD"].id,
            "amount": amount,
            "currency": "USD",
            "description": what,
        }

    async def _request(self, requester: Person, operation: Operation, request: BaseModel) -> Any:  # noqa: ANN401 - an operation does not know its response's type
        key = f"demo-{next(self._numbers)}"
        caller = _CallerWithoutSession(
            address=None,
            user_agent=USER_AGENT,
            request_id=key,
            username=requester.username,
            session_id=NO_SESSION,
            role=Role.BANKER if requester is BANKER else Role.DEPOSITOR,
            is_email_verified=True,
        )
        return (await perform(self._bank, operation, caller, request, key)).response
