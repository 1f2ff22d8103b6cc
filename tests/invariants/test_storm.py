"""Many clients do everything at once to a few accounts, and send some of it twice.

STORM_COUNT says how many requests; the default is for every day.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bankapp.domain.roles import Role
from bankapp.store.verification import verify_ledger
from gen import models
from tests.api.client import Answer, Api, Person
from tests.api.conftest import Connection

CLIENT_COUNT = 64
ACCOUNT_COUNT = 5
BALANCE = 100_000
REQUEST_COUNT = int(os.environ.get("STORM_COUNT", "1000"))
KINDS = ("transfer", "transfer", "hold", "capture", "void", "back", "batch")
# What may well happen when everybody wants the same money.
EXPECTED = {
    *("insufficient_funds", "hold_not_open", "capture_exceeds_hold"),
    *("already_reversed", "reversal_exceeds_transfer", "not_reversible"),
}


@dataclass
class Storm:
    """Whom it is about, and what has come of it."""

    people: list[Person]
    accounts: list[models.Account]
    dice: random.Random
    transfer_ids: list[int] = field(default_factory=list[int])
    hold_ids: list[int] = field(default_factory=list[int])
    numbers: Counter[str] = field(default_factory=Counter[str])

    def payment(self) -> tuple[Person, dict[str, Any]]:
        payer, payee = self.dice.sample(range(ACCOUNT_COUNT), 2)
        body = {
            "from_account_id": self.accounts[payer].id,
            "to_account_id": self.accounts[payee].id,
            "amount": self.dice.randint(1, 2 * BALANCE // 10),
            "currency": "USD",
        }
        return self.people[payer], body

    def request(self) -> tuple[Person, str, dict[str, Any]]:
        """Somebody, and what they ask."""
        person, body = self.payment()
        banker = self.people[-1]
        amount = {} if self.dice.random() < 0.5 else {"amount": self.dice.randint(1, 500)}
        kind = self.dice.choice(
            ["transfer", "transfer", "hold", "capture", "void", "back", "batch"]
        )
        if kind == "hold":
            return person, "/v1/holds", body
        if kind in ("capture", "void") and self.hold_ids:
            hold_id = self.dice.choice(self.hold_ids[-50:])
            return banker, f"/v1/holds/{hold_id}/{kind}", amount if kind == "capture" else {}
        if kind == "back" and self.transfer_ids:
            transfer_id = self.dice.choice(self.transfer_ids[-50:])
            return banker, f"/v1/transfers/{transfer_id}/reversals", amount
        if kind == "batch":
            payments = [{**body, "amount": self.dice.randint(1, 50)} for _ in range(3)]
            mode = self.dice.choice(["atomic", "independent"])
            return person, "/v1/transfers/batch", {"mode": mode, "transfers": payments}
        return person, "/v1/transfers", body

    async def client(self, first: int) -> None:
        for number in range(first, REQUEST_COUNT, CLIENT_COUNT):
            person, path, body = self.request()
            times = self.dice.choice([1, 1, 2, 3])
            answers = await asyncio.gather(
                *(person.post(path, key=f"storm-{number}", **body) for _ in range(times))
            )
            self.note(path, answers)

    def note(self, path: str, answers: list[Answer]) -> None:
        """All answers to one request are one; and nothing is remembered twice."""
        first = answers[0]
        assert all((one.status, one.body) == (first.status, first.body) for one in answers), answers
        fresh = sum("Idempotent-Replayed" not in one.headers for one in answers)
        assert fresh == 1, answers
        self.numbers["sent"] += len(answers)
        if first.status >= 400:
            assert first.body["code"] in EXPECTED, first
            self.numbers["refused"] += 1
            return
        self.numbers["done"] += 1
        if path == "/v1/holds":
            self.hold_ids.append(first.body["id"])
        for transfer in _transfers(first.body):
            self.transfer_ids.append(transfer["id"])


def _transfers(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every transfer that an answer tells of."""
    if "results" in body:
        return [one["result"]["transfer"] for one in body["results"] if one["result"]]
    if "transfer" in body:
        return [body["transfer"]]
    return [body] if "kind" in body else []


async def test_a_storm(api: Api, connection: Connection, database_url: str) -> None:
    """Goal: nothing is lost, doubled or overdrawn, whoever does what at the same time.

    Method: 64 clients, 5 accounts, every kind of request, each sent one to three times at once
    under its key. Then the transfers in the books are those that were answered, and verify is
    clean.
    """
    people = [await api.person() for _ in range(ACCOUNT_COUNT)]
    accounts = [await api.make.account(owner=person.username, balance=BALANCE) for person in people]
    storm = Storm([*people, await api.person(role=Role.BANKER)], accounts, random.Random(5))
    await asyncio.gather(*(storm.client(first) for first in range(CLIENT_COUNT)))
    posted = connection.execute(
        "SELECT id FROM transfers WHERE kind <> 'deposit' ORDER BY id"
    ).fetchall()
    assert [row[0] for row in posted] == sorted(storm.transfer_ids)
    totals = connection.execute(
        "SELECT sum(balance), min(balance) >= 0 FROM accounts WHERE kind = 'customer'"
    ).fetchone()
    assert totals == (ACCOUNT_COUNT * BALANCE, True)
    assert (await verify_ledger(database_url, lambda _: None)).findings == []
    assert storm.numbers["done"] > storm.numbers["refused"] / 10 > 0
    print(dict(storm.numbers))  # for who runs it for long
