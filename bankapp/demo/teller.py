"""Asks the bank in the name of people, as a door would: through its operations."""

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


class _Player(Caller):
    """One of the cast, who asks without a session."""

    __slots__ = ()

    @property
    def origin(self) -> Origin:
        return self.origin_as(self.username)


class Teller:
    """Asks in one order, the nth time under the nth key: asked again, it finds what it did."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._numbers = itertools.count(1)
        self._accounts: dict[tuple[str, str], Account] = {}

    async def sign_up(self, person: Person) -> None:
        """Under a key that is the user's own."""
        visitor = Visitor(None, USER_AGENT, f"demo-{person.username}")
        request = users.CreateUserRequest(
            username=person.username,
            password=PASSWORD,
            full_name=person.full_name,
            email=person.email,
        )
        await perform(self._bank, users.create_user, visitor, request, "demo")

    async def make_banker(self, person: Person) -> None:
        """Make somebody a banker, as an admin would."""
        await self._bank.store.users.change_role(person.username, Role.BANKER)

    async def open_account(self, owner: Person, currency: str = "USD") -> None:
        """One that later calls find by its owner and currency."""
        request = accounts.OpenAccountRequest(currency=currency)
        account = await self._ask(owner, accounts.open_account, request)
        self._accounts[owner.username, currency] = account

    async def deposit(self, owner: Person, amount: int, currency: str = "USD") -> None:
        """Cash over the counter."""
        await self._cash(
            transfers.create_deposit, transfers.DepositRequest, owner, amount, currency
        )

    async def withdraw(self, owner: Person, amount: int, currency: str = "USD") -> None:
        """Cash over the counter."""
        await self._cash(
            transfers.create_withdrawal, transfers.WithdrawalRequest, owner, amount, currency
        )

    async def pay(self, payer: Person, payee: Person, amount: int, what: str) -> Transfer:
        """A transfer in dollars."""
        request = transfers.CreateTransferRequest(**self._payment(payer, payee, amount, what))
        made = await self._ask(payer, transfers.create_transfer, request)
        paid: Transfer = made.transfer
        return paid

    async def pay_all(self, payer: Person, amounts: dict[Person, int], what: str) -> None:
        """Several transfers, all or none."""
        items = [
            batches.BatchItem(**self._payment(payer, payee, amount, what))
            for payee, amount in amounts.items()
        ]
        request = batches.CreateBatchRequest(mode="atomic", transfers=items)
        await self._ask(payer, batches.create_batch, request)

    async def refund(self, asker: Person, paid: Transfer, amount: int | None = None) -> None:
        """By the payee or a banker; all of it unless an amount is given."""
        request = transfers.ReverseTransferRequest(transfer_id=paid.id, amount=amount)
        await self._ask(asker, transfers.reverse_transfer, request)

    async def hold(
        self, payer: Person, payee: Person, amount: int, what: str, *, lifetime_s: int = 604_800
    ) -> Hold:
        """Money promised, as by a card."""
        request = holds.CreateHoldRequest(
            **self._payment(payer, payee, amount, what), expires_in_s=lifetime_s
        )
        made: Hold = await self._ask(payer, holds.create_hold, request)
        return made

    async def capture(self, payee: Person, held: Hold, amount: int | None = None) -> None:
        """All that is left, unless an amount is given."""
        request = holds.CaptureHoldRequest(hold_id=held.id, amount=amount)
        await self._ask(payee, holds.capture_hold, request)

    async def void(self, asker: Person, held: Hold) -> None:
        """By either side."""
        await self._ask(asker, holds.void_hold, holds.GetHoldRequest(hold_id=held.id))

    async def freeze(self, owner: Person) -> None:
        """By a banker."""
        await self._ask(BANKER, accounts.freeze_account, self._account_of(owner, "USD"))

    async def close(self, owner: Person, currency: str) -> None:
        """By its owner; one that is closed already is."""
        with suppress(errors.AccountClosed):  # by this demo, before it was interrupted
            await self._ask(owner, accounts.close_account, self._account_of(owner, currency))

    async def _cash(
        self,
        wanted: Operation,
        request: type[transfers.CashRequest],
        owner: Person,
        amount: int,
        currency: str,
    ) -> None:
        account_id = self._accounts[owner.username, currency].id
        asked = request(account_id=account_id, amount=amount, currency=currency)
        await self._ask(BANKER, wanted, asked)

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

    async def _ask(self, asker: Person, wanted: Operation, request: BaseModel) -> Any:  # noqa: ANN401 - an operation does not say its answer's type
        name = f"demo-{next(self._numbers)}"
        role = Role.BANKER if asker is BANKER else Role.DEPOSITOR
        caller = _Player(
            None,
            USER_AGENT,
            name,
            asker.username,
            NO_SESSION,
            role,
            is_email_verified=True,
        )
        return (await perform(self._bank, wanted, caller, request, name)).response
