"""Many clients do everything at once to a few accounts, and remember every answer they get."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

CLIENT_COUNT: Final = 64
ACCOUNT_COUNT: Final = 5
BALANCE: Final = 100_000
BANKER: Final = ACCOUNT_COUNT
KINDS: Final = ("transfer", "transfer", "hold", "capture", "void", "back", "batch")
RECENT_COUNT: Final = 50
RETRY_S: Final = 0.05
RETRY_MAX_S: Final = 1.0
# What may well happen when everybody wants the same money.
EXPECTED: Final = {
    *("insufficient_funds", "hold_not_open", "capture_exceeds_hold"),
    *("already_reversed", "reversal_exceeds_transfer", "not_reversible"),
}


@dataclass(frozen=True)
class Request:
    """A request of a user: the owner of an account by its index, or the BANKER."""

    asker: int
    path: str
    body: dict[str, Any]
    key: str = ""


@dataclass(frozen=True)
class Reply:
    """The reply to a request."""

    status: int
    body: Any
    is_replay: bool


Send: TypeAlias = Callable[[Request], Awaitable[Reply | None]]  # None: the connection broke
Kill: TypeAlias = Callable[[], Awaitable[None]]


@dataclass
class Storm:
    """So many requests, each sent one to three times at once under a key of its own.

    What finds the bank unavailable is sent again until it is answered, and counted.
    """

    send: Send
    account_ids: Sequence[int]
    request_count: int
    kills: Sequence[Kill] = ()
    dice: random.Random = field(default_factory=lambda: random.Random(5))
    answered: dict[str, tuple[Request, Reply]] = field(default_factory=dict[str, Any])
    numbers: Counter[str] = field(default_factory=Counter[str])
    _unavailable: set[str] = field(default_factory=set[str])
    _transfer_ids: list[int] = field(default_factory=list[int])
    _hold_ids: list[int] = field(default_factory=list[int])
    _open_hold_ids: set[int] = field(default_factory=set[int])

    async def rage(self) -> None:
        """Run to the last answer."""
        self._news = asyncio.Condition()
        async with asyncio.TaskGroup() as tasks:
            for first in range(CLIENT_COUNT):
                tasks.create_task(self._client(first))
            tasks.create_task(self._attack())

    @property
    def unavailable_count(self) -> int:
        """How many requests have found the bank unavailable, if only for a while."""
        return len(self._unavailable)

    async def _client(self, first: int) -> None:
        for number in range(first, self.request_count, CLIENT_COUNT):
            request = self._request(f"storm-{number}")
            times = self.dice.choice([1, 1, 1, 1, 1, 2, 3])
            self._remember(
                request, await asyncio.gather(*(self._ask(request) for _ in range(times)))
            )
            async with self._news:
                self._news.notify_all()

    async def _attack(self) -> None:
        """Kill, evenly over the storm; then ask again what was answered before."""
        for number, kill in enumerate(self.kills, start=1):
            await self._answers(self.request_count * number // (len(self.kills) + 1))
            before = [*self.answered]
            await kill()
            keys = {*before[-RECENT_COUNT:], *self.dice.sample(before, RECENT_COUNT)}
            await asyncio.gather(*map(self._ask_again, keys))
            self.numbers["kills"] += 1

    async def _answers(self, count: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: len(self.answered) >= count)

    async def _ask(self, request: Request) -> Reply:
        """The answer, however often it takes to get one."""
        for try_count in itertools.count(1):
            reply = await self.send(request)
            self.numbers[_name(reply)] += 1
            if reply is not None and reply.status < 500:
                return reply
            assert reply is None or reply.status == 503, (request, reply)
            self._unavailable.add(request.key)
            # Who hammers at the door keeps the bank from getting up.
            await asyncio.sleep(min(RETRY_S * 2**try_count, RETRY_MAX_S))
        raise AssertionError

    async def _ask_again(self, key: str) -> None:
        request, first = self.answered[key]
        again = await self._ask(request)
        assert again == Reply(first.status, first.body, is_replay=True), (request, first, again)
        self.numbers["asked again after a kill"] += 1

    def _remember(self, request: Request, replies: Sequence[Reply]) -> None:
        """All answers to one request are one, and it was done at most once."""
        first = replies[0]
        assert all((one.status, one.body) == (first.status, first.body) for one in replies), replies
        fresh_count = sum(not one.is_replay for one in replies)
        assert fresh_count == 1 or (fresh_count == 0 and request.key in self._unavailable), replies
        self.answered[request.key] = request, first
        if first.status >= 400:
            assert first.body["code"] in EXPECTED, (request, first)
            return
        self._transfer_ids.extend(one["id"] for one in transfers_of(first.body))
        hold = hold_of(first.body)
        if hold is not None:
            self._hold_ids.append(hold["id"])
            (self._open_hold_ids.add if hold["status"] == "open" else self._open_hold_ids.discard)(
                hold["id"]
            )

    def _request(self, key: str) -> Request:
        kind = self.dice.choice(KINDS)
        part = {} if self.dice.random() < 0.5 else {"amount": self.dice.randint(1, 500)}
        if kind == "hold":
            payer, payment = self._payment(5_000)
            return Request(payer, "/v1/holds", payment, key)
        if kind in ("capture", "void") and self._hold_ids:
            body = part if kind == "capture" else {}
            return Request(BANKER, f"/v1/holds/{self._some_hold()}/{kind}", body, key)
        if kind == "back" and self._transfer_ids:
            transfer_id = self.dice.choice(self._transfer_ids[-RECENT_COUNT:])
            return Request(BANKER, f"/v1/transfers/{transfer_id}/reversals", part, key)
        if kind == "batch":
            return self._batch(key)
        payer, payment = self._payment(20_000)
        return Request(payer, "/v1/transfers", payment, key)

    def _batch(self, key: str) -> Request:
        payer, payment = self._payment(1)
        items = [
            {**payment, "amount": self.dice.randint(1, 1_000), "idempotency_key": f"{key}-{n}"}
            for n in range(3)
        ]
        body = {"mode": self.dice.choice(["atomic", "independent"]), "transfers": items}
        return Request(payer, "/v1/transfers/batch", body, key)

    def _payment(self, amount_max: int) -> tuple[int, dict[str, Any]]:
        payer, payee = self.dice.sample(range(ACCOUNT_COUNT), 2)
        return payer, {
            "from_account_id": self.account_ids[payer],
            "to_account_id": self.account_ids[payee],
            "amount": self.dice.randint(1, amount_max),
            "currency": "USD",
        }

    def _some_hold(self) -> int:
        """Mostly an open one, so that not all money ends up held."""
        if self._open_hold_ids and self.dice.random() < 0.8:
            return self.dice.choice([*self._open_hold_ids])
        return self.dice.choice(self._hold_ids[-RECENT_COUNT:])


def transfers_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every transfer that an answer tells of."""
    if "results" in body:
        return [one["result"]["transfer"] for one in body["results"] if one["result"]]
    if "transfer" in body:
        return [body["transfer"]]
    return [body] if "kind" in body else []


def hold_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The hold that an answer tells of."""
    return body if "captured_amount" in body else body.get("hold")


def _name(reply: Reply | None) -> str:
    if reply is None:
        return "no answer"
    what = f"{reply.status} {reply.body['code']}" if reply.status >= 400 else str(reply.status)
    return f"{what}, replayed" if reply.is_replay else what
