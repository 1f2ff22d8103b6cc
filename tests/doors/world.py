"""The people and the things that requests are about."""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

import psycopg

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker, hash_token_id
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.store.ledger.outcomes import Held, Posted
from tests.factories import Make, deposit, hold, new_session, transfer

Connection = psycopg.Connection[tuple[object, ...]]

# Nothing has this id; nobody has this name.
NO_ID: Final = 10**9
NO_NAME: Final = "nobody_at_all"


class Asker(StrEnum):
    """Who asks: people whose rights differ."""

    NOBODY = "nobody"  # without a token
    OWNER = "owner"  # whom the request is about
    PARTNER = "partner"  # the other side of the owner's transfers and holds
    OTHER = "other"
    BANKER = "banker"
    ADMIN = "admin"


PEOPLE: Final = tuple(asker for asker in Asker if asker is not Asker.NOBODY)
_ROLES: Final = {Asker.BANKER: Role.BANKER, Asker.ADMIN: Role.ADMIN}


@dataclass(frozen=True, kw_only=True)
class World:
    """People, and what the owner and the partner have.

    Each has an account with money in USD and an empty one in EUR. Each has paid the other, and the
    partner has promised money to the owner. The owner has been mailed codes, and has a session.
    """

    names: Mapping[Asker, str]
    account_id: int = NO_ID
    empty_account_id: int = NO_ID
    partner_account_id: int = NO_ID
    partner_empty_account_id: int = NO_ID
    paid_id: int = NO_ID
    received_id: int = NO_ID
    hold_id: int = NO_ID
    session_id: uuid.UUID
    refresh_token: str
    expired_refresh_token: str
    email_id: int = NO_ID
    email_code: str = "none"
    reset_code: str = "none"

    @property
    def owner(self) -> str:
        """The name of the owner."""
        return self.names[Asker.OWNER]


def imagined_world(bank: Bank) -> World:
    """A world of which nothing is in the database."""
    return _world(bank, {asker: asker.value for asker in PEOPLE}, uuid.uuid4())


class Worlds:
    """Makes worlds in one database: no two have anything in common."""

    def __init__(self, bank: Bank, make: Make, connection: Connection) -> None:
        self._bank = bank
        self._make = make
        self._connection = connection
        self._numbers = itertools.count(1)

    async def make(self) -> World:
        """A new one."""
        number = next(self._numbers)
        names: dict[Asker, str] = {asker: f"{asker}_{number}" for asker in PEOPLE}
        email_code, reset_code = self._bank.codes.create(), self._bank.codes.create()
        owner, partner = names[Asker.OWNER], names[Asker.PARTNER]
        for asker, name in names.items():
            await self._make.user(name, _ROLES.get(asker, Role.DEPOSITOR))
        ours = await self._make.account(owner=owner)
        theirs = await self._make.account(owner=partner)
        empty = await self._make.account(owner=owner, currency="EUR")
        their_empty = await self._make.account(owner=partner, currency="EUR")
        *_, paid, received, held = await self._bank.store.postings.post(
            [
                deposit(ours, 1000),
                deposit(theirs, 1000),
                transfer(ours, theirs, 100),
                transfer(theirs, ours, 100),
                hold(theirs, ours, 100),
            ]
        )
        assert isinstance(paid, Posted)
        assert isinstance(received, Posted)
        assert isinstance(held, Held)
        world = _world(self._bank, names, uuid.uuid4())
        refresh = self._bank.refresh_tokens.verify(world.refresh_token)
        session = replace(
            new_session(owner),
            id=world.session_id,
            refresh_token_hash=hash_token_id(refresh.token_id),
        )
        await self._bank.store.sessions.open(session)
        await self._bank.store.email_verifications.resend(owner, email_code)
        await self._bank.store.password_resets.start(f"{owner}@example.com", reset_code)
        return replace(
            world,
            account_id=ours.id,
            partner_account_id=theirs.id,
            empty_account_id=empty.id,
            partner_empty_account_id=their_empty.id,
            paid_id=paid.transfer.id,
            received_id=received.transfer.id,
            hold_id=held.hold.id,
            email_id=self._email_id(owner),
            email_code=self._bank.codes.open(email_code.sealed),
            reset_code=self._bank.codes.open(reset_code.sealed),
        )

    def _email_id(self, username: str) -> int:
        row = self._connection.execute(
            "SELECT id FROM email_verifications WHERE username = %s", [username]
        ).fetchone()
        self._connection.commit()
        assert row is not None
        assert isinstance(row[0], int)
        return row[0]


def _world(bank: Bank, names: Mapping[Asker, str], session_id: uuid.UUID) -> World:
    late = TokenMaker(PasetoCodec([bytes(32)]), Purpose.REFRESH, timedelta(seconds=-1))
    return World(
        names=names,
        session_id=session_id,
        refresh_token=bank.refresh_tokens.create(session_id).text,
        expired_refresh_token=late.create(session_id).text,
    )
