"""Makes what a test needs: give what matters, the rest is filled in."""

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting, PostingKind
from bankapp.domain.roles import Role
from bankapp.domain.sessions import NewSession
from bankapp.domain.users import NewUser
from bankapp.store.ledger.outcomes import Outcome, Posted
from bankapp.store.store import Store
from gen import models

# bcrypt of PASSWORD at the lowest cost
PASSWORD = "correct horse battery staple"
HASHED_PASSWORD = "$2b$04$MY3h22aLaa.gVxuZ77CnqeGUj/lMxdhmS7xGVU/p764AzCVWNx536"


class Make:
    """Makes users, accounts and postings in one database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = itertools.count(1)

    async def user(self, username: str | None = None, role: Role = Role.DEPOSITOR) -> models.User:
        """A user whose password is PASSWORD."""
        name = username or f"user_{next(self._numbers)}"
        return await self._store.users.register(
            NewUser(
                username=name,
                hashed_password=HASHED_PASSWORD,
                full_name=name.title(),
                email=f"{name}@example.com",
                role=role,
            )
        )

    async def account(
        self, *, owner: str | None = None, balance: int = 0, currency: str = "USD"
    ) -> models.CustomerAccount:
        """An account; its balance comes from a deposit."""
        if owner is None:
            owner = (await self.user()).username
        account = await self._store.accounts.open(owner, currency)
        if balance:
            [outcome] = await self._store.postings.post([deposit(account, balance)])
            assert isinstance(outcome, Posted), outcome
            account.balance = account.available_balance = balance
        return account

    async def session(self, username: str) -> UUID:
        """An open session of a user, without the cost of checking the password."""
        session = new_session(username)
        await self._store.sessions.open(session)
        return session.id


def new_session(username: str, known_hash: str | None = None) -> NewSession:
    """A session to be opened."""
    return NewSession(
        id=uuid4(),
        username=username,
        user_agent="test",
        client_address=None,
        lifetime=timedelta(hours=1),
        known_hash=known_hash,
    )


def transfer(
    source: models.CustomerAccount, target: models.CustomerAccount, amount: int
) -> Posting:
    """A transfer by the owner of `source`."""
    return Posting(
        kind=PostingKind.TRANSFER,
        from_account_id=source.id,
        to_account_id=target.id,
        amount=amount,
        currency=source.currency,
        required_owner=source.owner,
    )


def deposit(account: models.CustomerAccount, amount: int) -> Posting:
    """Cash paid in."""
    return Posting(
        kind=PostingKind.DEPOSIT,
        to_account_id=account.id,
        amount=amount,
        currency=account.currency,
    )


def withdrawal(account: models.CustomerAccount, amount: int) -> Posting:
    """Cash paid out."""
    return Posting(
        kind=PostingKind.WITHDRAWAL,
        from_account_id=account.id,
        amount=amount,
        currency=account.currency,
    )


def hold(
    source: models.CustomerAccount,
    target: models.CustomerAccount,
    amount: int,
    lifetime: timedelta = timedelta(days=1),
) -> Posting:
    """A hold by the owner of `source`."""
    return replace(transfer(source, target, amount), kind=PostingKind.HOLD, lifetime=lifetime)


def capture(hold_id: int, amount: int | None = None, owner: str | None = None) -> Posting:
    """A capture: all that is left unless an amount is given, by the bank unless by an owner."""
    return Posting(
        kind=PostingKind.CAPTURE, reference_id=hold_id, amount=amount, required_owner=owner
    )


def void(hold_id: int, owner: str | None = None) -> Posting:
    """A void of a hold, by the bank unless by an owner."""
    return Posting(kind=PostingKind.VOID, reference_id=hold_id, required_owner=owner)


def reversal(transfer_id: int, amount: int | None = None, owner: str | None = None) -> Posting:
    """A reversal: all that is left unless an amount is given, by the bank unless by an owner."""
    return Posting(
        kind=PostingKind.REVERSAL, reference_id=transfer_id, amount=amount, required_owner=owner
    )


def keyed(posting: Posting, key: str, scope: str = "alice", request: str = "") -> Posting:
    """The posting under a key; `request` tells requests apart that else are the same."""
    digest = hashlib.sha256(f"{replace(posting, key=None)}{request}".encode()).digest()
    return replace(
        posting, key=RequestKey(scope=scope, key=key, request_hash=digest, request_id=str(uuid4()))
    )


async def as_text(outcomes: Iterable[Outcome]) -> str:
    """What a test has a batch answered with."""
    return str(list(outcomes))
