"""What a load is made of: who is asked, by how many, for how long, and for what."""

import json
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bench.ledger.figures import Figures


@dataclass(frozen=True)
class Orders:
    """Whom to load and how.

    `tokens[n]` is of who may use account `account_ids[n]`; the only token of a banker is good for
    all. `work` names one of REQUESTS; pages begin at one of `cursors`.
    """

    url: str
    work: str
    account_ids: Sequence[int]
    tokens: Sequence[str]
    client_count: int
    duration_s: float
    cursors: Sequence[str] = ()


def carry_out(orders: Orders) -> Figures:
    """Have a process of its own load the server. Raises RuntimeError for any refusal."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledger.load"],
        input=json.dumps(asdict(orders)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Figures(**json.loads(done.stdout))


def _transfer_to_anybody(orders: Orders, dice: random.Random) -> bytes:
    count = len(orders.account_ids)
    payer = dice.randrange(count)
    return _transfer(orders, payer, (payer + dice.randrange(1, count)) % count)


def _transfer_to_the_last(orders: Orders, dice: random.Random) -> bytes:
    last = len(orders.account_ids) - 1
    return _transfer(orders, dice.randrange(last), last)


def _transfer(orders: Orders, payer: int, payee: int) -> bytes:
    ids = orders.account_ids
    body = (
        f'{{"from_account_id":{ids[payer]},"to_account_id":{ids[payee]},'
        f'"amount":1,"currency":"USD"}}'
    )
    return (
        "POST /v1/transfers HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {orders.tokens[payer]}\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _account(orders: Orders, dice: random.Random) -> bytes:
    return _get(orders, dice, "")


def _newest_entries(orders: Orders, dice: random.Random) -> bytes:
    return _get(orders, dice, "/entries?limit=20")


def _older_entries(orders: Orders, dice: random.Random) -> bytes:
    return _get(orders, dice, f"/entries?limit=20&cursor={dice.choice(orders.cursors)}")


def _get(orders: Orders, dice: random.Random, rest: str) -> bytes:
    return (
        f"GET /v1/accounts/{dice.choice(orders.account_ids)}{rest} HTTP/1.1\r\nHost: bank\r\n"
        f"Authorization: Bearer {orders.tokens[0]}\r\n\r\n"
    ).encode()


REQUESTS: Final[Mapping[str, Callable[[Orders, random.Random], bytes]]] = {
    "transfer to anybody": _transfer_to_anybody,
    "transfer to the last": _transfer_to_the_last,
    "account": _account,
    "newest entries": _newest_entries,
    "older entries": _older_entries,
}
