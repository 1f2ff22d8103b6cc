"""The users and the rows that requests are about."""

import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import psycopg

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker, hash_token_id
from bankapp.domain.exchange_rates import RateSheet
from bankapp.domain.origin import THE_BANK
from bankapp.domain.roles import Role
from bankapp.domain.webhooks import NewWebhook
from bankapp.operations.bank import Bank
from bankapp.store.ledger.outcomes import Held, Posted
from gen import models
from tests.factories import Make, deposit, hold, new_session, transfer

Connection = psycopg.Connection[tuple[object, ...]]

# No row has this id, and no user this name.
NO_ID: Final = 10**9
NO_NAME: Final = "nobody_at_all"


class Requester(StrEnum):
    """The sender of a request. The rights of no two are the same."""

    NOBODY = "nobody"  # without a token
    OWNER = "owner"  # the user that the good request of a case is about
    PARTNER = "partner"  # the other side of the owner's transfers and holds
    OTHER = "other"
    BANKER = "banker"
    ADMIN = "admin"


PEOPLE: Final = tuple(requester for requester in Requester if requester is not Requester.NOBODY)
_ROLES: Final = {Requester.BANKER: Role.BANKER, Requester.ADMIN: Role.ADMIN}


@dataclass(frozen=True, kw_only=True)
class World:
    """A user of each kind, and the accounts, transfers and holds of the owner and the partner.

    Each of the two has an account with money in USD and an empty one in EUR. Each has paid the
    other, and the partner holds money for the owner. The owner has a session, a code to verify the
    e-mail address, a code to reset the
    password, and a webhook that has not taken one event. The bank has exchange rates of USD, one of
    `day` and one of `rate_source` that is held, an old one of GBP, and none of JPY.
    """

    names: Mapping[Requester, str]
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
    webhook_id: int = NO_ID
    failed_event_id: str = "1-1000000000"
    day: str = "2026-11-27"
    rate_source: str = "nobody"

    @property
    def owner(self) -> str:
        """The username of the owner."""
        return self.names[Requester.OWNER]

    @property
    def partner(self) -> str:
        """The username of the partner."""
        return self.names[Requester.PARTNER]


def imagined_world(bank: Bank) -> World:
    """A world of which nothing is in the database."""
    return _world(bank, {requester: requester.value for requester in PEOPLE})


class Worlds:
    """Makes worlds in one database. No two have a user or an account in common."""

    def __init__(self, bank: Bank, make: Make, connection: Connection) -> None:
        self._bank = bank
        self._make = make
        self._connection = connection
        self._numbers = itertools.count(1)

    async def make(self) -> World:
        """A new world."""
        number = next(self._numbers)
        names: dict[Requester, str] = {one: f"{one}_{number}" for one in PEOPLE}
        for requester, name in names.items():
            await self._make.user(name, _ROLES.get(requester, Role.DEPOSITOR))
        world = await self._with_codes(await self._with_money(_world(self._bank, names)))
        world = await self._with_rates(world, f"source_{number}")
        return await self._with_webhook(world)

    async def _with_money(self, world: World) -> World:
        ours = await self._make.account(owner=world.owner)
        theirs = await self._make.account(owner=world.partner)
        empty = await self._make.account(owner=world.owner, currency="EUR")
        their_empty = await self._make.account(owner=world.partner, currency="EUR")
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
        return replace(
            world,
            account_id=ours.id,
            partner_account_id=theirs.id,
            empty_account_id=empty.id,
            partner_empty_account_id=their_empty.id,
            paid_id=paid.transfer.id,
            received_id=received.transfer.id,
            hold_id=held.hold.id,
        )

    async def _with_webhook(self, world: World) -> World:
        def render(made: models.WebhookEndpoint) -> str:
            return str(made.id)

        new = NewWebhook(
            owner=world.owner,
            url="https://shop.example.org/bank",
            types=None,
            sealed_secret=self._bank.webhook_secrets.create(),
            position=world.paid_id,
        )
        made = await self._bank.store.webhooks.create(new, None, render, origin=THE_BANK)
        self._connection.execute(
            "INSERT INTO webhook_deliveries (endpoint_id, position, try_count) VALUES (%s, %s, 10)",
            [int(made.result), world.paid_id],
        )
        self._connection.commit()
        return replace(world, webhook_id=int(made.result), failed_event_id=f"1-{world.paid_id}")

    async def _with_rates(self, world: World, source: str) -> World:
        row = self._connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchone()
        assert row is not None
        day = row[0]
        assert isinstance(day, date)
        # Held whatever the worlds before have accepted.
        self._connection.execute(
            "INSERT INTO exchange_rates (base, quote, as_of, source, rate, status)"
            " VALUES ('EUR', 'USD', %s, %s, 1.5, 'held')",
            [day, source],
        )
        self._connection.commit()
        record = self._bank.store.exchange_rates.record
        old = {"GBP": Decimal("0.85")}
        await record(RateSheet(source="old", as_of=day - timedelta(days=10), rates=old))
        await record(RateSheet(source="ecb", as_of=day, rates={"USD": Decimal("1.0823")}))
        return replace(world, day=str(day), rate_source=source)

    async def _with_codes(self, world: World) -> World:
        store, codes = self._bank.store, self._bank.codes
        email_code, reset_code = codes.create(), codes.create()
        refresh = self._bank.refresh_tokens.verify(world.refresh_token)
        session = replace(
            new_session(world.owner),
            id=world.session_id,
            refresh_token_hash=hash_token_id(refresh.token_id),
        )
        await store.sessions.open(session)
        await store.email_verifications.resend(world.owner, email_code)
        await store.password_resets.start(f"{world.owner}@example.com", reset_code)
        return replace(
            world,
            email_id=self._email_id(world.owner),
            email_code=codes.open(email_code.sealed),
            reset_code=codes.open(reset_code.sealed),
        )

    def _email_id(self, username: str) -> int:
        row = self._connection.execute(
            "SELECT id FROM email_verifications WHERE username = %s", [username]
        ).fetchone()
        self._connection.commit()
        assert row is not None
        assert isinstance(row[0], int)
        return row[0]


def _world(bank: Bank, names: Mapping[Requester, str]) -> World:
    late = TokenMaker(PasetoCodec([bytes(32)]), Purpose.REFRESH, timedelta(seconds=-1))
    session_id = uuid.uuid4()
    return World(
        names=names,
        session_id=session_id,
        refresh_token=bank.refresh_tokens.create(session_id).text,
        expired_refresh_token=late.create(session_id).text,
    )
