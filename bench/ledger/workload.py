"""The workload of a measurement: the server, the clients, the duration and the requests."""

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
class Workload:
    """A server to load, and its load.

    `tokens[n]` is of a user who may use account `account_ids[n]`; a banker's token is the only one,
    for all accounts. `work` names one of REQUESTS. Pages begin at one of `cursors`.
    """

    url: str
    work: str
    account_ids: Sequence[int]
    tokens: Sequence[str]
    client_count: int
    duration_s: float
    cursors: Sequence[str] = ()


def run_workload(workload: Workload, load: str = "bench.ledger.load") -> Figures:
    """Load the server from a process of its own. Raises RuntimeError for any refusal."""
    done = subprocess.run(
        [sys.executable, "-m", load],
        input=json.dumps(asdict(workload)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Figures(**json.loads(done.stdout))


def _transfer_to_anybody(workload: Workload, dice: random.Random) -> bytes:
    count = len(workload.account_ids)
    payer = dice.randrange(count)
    return _transfer(workload, payer, (payer + dice.randrange(1, count)) % count)


def _transfer_to_the_last(workload: Workload, dice: random.Random) -> bytes:
    last = len(workload.account_ids) - 1
    return _transfer(workload, dice.randrange(last), last)


def _transfer(workload: Workload, payer: int, payee: int) -> bytes:
    ids = workload.account_ids
    body = (
        f'{{"from_account_id":{ids[payer]},"to_account_id":{ids[payee]},'
        f'"amount":1,"currency":"USD"}}'
    )
    return (
        "POST /v1/transfers HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {workload.tokens[payer]}\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _account(workload: Workload, dice: random.Random) -> bytes:
    return _get(workload, dice, "")


def _newest_entries(workload: Workload, dice: random.Random) -> bytes:
    return _get(workload, dice, "/entries?limit=20")


def _older_entries(workload: Workload, dice: random.Random) -> bytes:
    return _get(workload, dice, f"/entries?limit=20&cursor={dice.choice(workload.cursors)}")


def _get(workload: Workload, dice: random.Random, rest: str) -> bytes:
    return (
        f"GET /v1/accounts/{dice.choice(workload.account_ids)}{rest} HTTP/1.1\r\nHost: bank\r\n"
        f"Authorization: Bearer {workload.tokens[0]}\r\n\r\n"
    ).encode()


REQUESTS: Final[Mapping[str, Callable[[Workload, random.Random], bytes]]] = {
    "transfer to anybody": _transfer_to_anybody,
    "transfer to the last": _transfer_to_the_last,
    "account": _account,
    "newest entries": _newest_entries,
    "older entries": _older_entries,
}
