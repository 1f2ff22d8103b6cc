"""A day at the bank that asks for what is worth telling: the document's examples come from it."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bankapp.api.http.routes import ROUTES
from bankapp.api.http.site.password_reset import show_password_reset
from bankapp.api.http.site.verification import show_verification
from bankapp.domain.exchange_rates import RateSheet
from bankapp.domain.roles import Role
from bankapp.operations.catalog import OPERATIONS
from bankapp.operations.identity import email_verification, password_reset, sessions, users
from bankapp.operations.ledger import (
    accounts,
    batches,
    exchange_rates,
    holds,
    statements,
    totals,
    transfers,
)
from bankapp.operations.operation import Operation
from tests.api.client import Answer, Api
from tests.api.conftest import Backdate
from tests.doors.case import Fields
from tests.doors.cases import CASES
from tests.doors.http import HttpRequest, http_request, name_of, route_of
from tests.doors.world import Worlds
from tests.factories import PASSWORD
from tests.job_runner import JobRunner, code_of
from tests.mail_server import text_of

ALICE = {
    "username": "alice",
    "password": "correct horse battery",
    "full_name": "Alice Liddell",
    "email": "alice@example.com",
}
BOB = {
    "username": "bob",
    "password": "staple horse battery",
    "full_name": "Bob",
    "email": "bob@example.com",
}
NEW_PASSWORD = "tr0mbone-Fjord-lamp"
LUNCH = {"amount": 1050, "currency": "USD", "description": "lunch"}


@dataclass
class Story:
    """The first request to each route, and its response."""

    api: Api
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    told: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def ask(self, requester: str | None, operation: Operation, **fields: Any) -> Any:
        """Ask as somebody; the body of the answer, which must be a success."""
        return await self._ask(self.tokens[requester] if requester else None, operation, fields)

    async def ask_for_csv(self, requester: str, operation: Operation, **fields: Any) -> None:
        """Ask for another form of what was asked already."""
        request = http_request(route_of(operation), fields)
        answer = await self._send(request, self.tokens[requester], {"Accept": "text/csv"})
        self.told[name_of(request.route)]["text/csv"] = answer.body

    async def log_in(self, username: str, password: str) -> Any:
        """Be logged in from here on."""
        answer = await self.ask(None, sessions.log_in, username=username, password=password)
        self.tokens[username] = answer["access_token"]
        return answer

    async def tell_the_rest(self, worlds: Worlds) -> None:
        """Ask for what the story does not tell, as the cases of the suite say."""
        world = await worlds.make()
        for route in ROUTES:
            if name_of(route) not in self.told:
                case = CASES.of(route.operation)
                name = world.names.get(case.requester)
                token = (await self.api.log_in(name)).token if name else None
                await self._ask(token, route.operation, case.request(world))

    async def _ask(self, token: str | None, operation: Operation, fields: Fields) -> Any:
        request = http_request(route_of(operation), fields)
        answer = await self._send(request, token)
        assert answer.status == request.route.status, (operation.name, answer)
        told = {"path": request.in_path, "query": request.query, "response": answer.body}
        if not request.route.answers_json:
            del told["response"]
        name = name_of(request.route)
        known = self.told.setdefault(name, {part: value for part, value in told.items() if value})
        if request.body:
            # Where somebody says who they are, everybody is worth showing.
            bodies = known.setdefault("bodies", {})
            if "username" in request.body or not bodies:
                bodies.setdefault(request.body.get("username", "one"), request.body)
        return answer.body

    async def _send(
        self, request: HttpRequest, token: str | None, headers: dict[str, str] | None = None
    ) -> Answer:
        return await self.api.request(
            request.route.method,
            request.path,
            token=token,
            json=request.body,
            params=request.params,
            headers={"User-Agent": "curl/8.5.0", **(headers or {})},
        )


async def tell(
    api: Api, job_runner: JobRunner, backdate: Backdate, worlds: Worlds
) -> dict[str, dict[str, Any]]:
    """The whole day, with what differs from one day to another settled."""
    for operation in OPERATIONS:
        CASES.of(operation)
    started = datetime.now(UTC)
    story = Story(api)
    await _arrive(story, job_runner)
    await _move_money(story)
    await _hold_money(story)
    await _work_at_the_bank(story, backdate)
    await _look_at_rates(story, started.date())
    await _forget_the_password(story, job_runner)
    await _leave(story)
    await story.tell_the_rest(worlds)
    return _settle(story.told, started)


async def _arrive(story: Story, job_runner: JobRunner) -> None:
    await story.api.make.user("admin", Role.ADMIN)
    await story.ask(None, users.create_user, **ALICE)
    alice = await story.log_in("alice", ALICE["password"])
    await story.ask("alice", email_verification.send_verification, username="alice")
    email_id, secret_code = code_of((await job_runner.deliver())[-1])
    code = {"email_id": email_id, "secret_code": secret_code}
    await story.ask(None, show_verification, **code)
    await story.ask(None, email_verification.verify_email, **code)
    await story.ask(None, sessions.renew_access, refresh_token=alice["refresh_token"])
    await story.ask(None, users.create_user, **BOB)
    await story.log_in("bob", BOB["password"])
    await story.log_in("admin", PASSWORD)
    await story.ask("alice", users.get_user, username="alice")
    await story.ask("alice", sessions.list_sessions)


async def _move_money(story: Story) -> None:
    ours = (await story.ask("alice", accounts.open_account, currency="USD"))["id"]
    bobs = (await story.ask("bob", accounts.open_account, currency="USD"))["id"]
    cash = {"account_id": ours, "amount": 10000, "currency": "USD"}
    await story.ask("admin", transfers.create_deposit, **cash)
    way = {"from_account_id": ours, "to_account_id": bobs}
    paid = await story.ask("alice", transfers.create_transfer, **way, **LUNCH)
    transfer_id = paid["transfer"]["id"]
    await story.ask("alice", transfers.get_transfer, transfer_id=transfer_id)
    await story.ask("alice", accounts.list_entries, account_id=ours)
    items = [{**way, "amount": 250, "currency": "USD", "idempotency_key": "rent-11"}]
    items.append({**way, "amount": 1_000_000, "currency": "USD", "description": "a house"})
    await story.ask("alice", batches.create_batch, mode="independent", transfers=items)
    await story.ask("bob", transfers.reverse_transfer, transfer_id=transfer_id, amount=50)
    await story.ask("alice", transfers.list_transfers)


async def _hold_money(story: Story) -> None:
    [ours] = (await story.ask("alice", accounts.list_accounts))["items"]
    [bobs] = (await story.ask("bob", accounts.list_accounts))["items"]
    room = {"from_account_id": ours["id"], "to_account_id": bobs["id"]}
    room |= {"amount": 2000, "currency": "USD", "description": "a room for a night"}
    hold_id = (await story.ask("alice", holds.create_hold, **room))["id"]
    await story.ask("alice", holds.get_hold, hold_id=hold_id)
    await story.ask("alice", accounts.get_account, account_id=ours["id"])
    await story.ask("bob", holds.capture_hold, hold_id=hold_id, amount=1500)
    await story.ask("bob", holds.void_hold, hold_id=hold_id)
    await story.ask("alice", holds.list_holds)


async def _work_at_the_bank(story: Story, backdate: Backdate) -> None:
    [account] = (await story.ask("alice", accounts.list_accounts))["items"]
    this = {"account_id": account["id"]}
    await story.ask("admin", transfers.create_withdrawal, **this, amount=500, currency="USD")
    await story.ask("admin", accounts.freeze_account, **this)
    await story.ask("admin", accounts.thaw_account, **this)
    backdate(datetime(2026, 10, 20, 12, tzinfo=UTC))
    statement = {**this, "month": "2026-10"}
    await story.ask("alice", statements.get_statement, **statement)
    await story.ask_for_csv("alice", statements.get_statement, **statement)
    await story.ask("alice", statements.get_balance, **this, at="2026-10-31T00:00:00Z")
    empty = await story.ask("alice", accounts.open_account, currency="EUR")
    await story.ask("alice", accounts.close_account, account_id=empty["id"])
    await story.ask("admin", users.change_role, username="bob", role="banker")
    await story.ask("admin", users.block_user, username="bob")
    await story.ask("admin", users.unblock_user, username="bob")


async def _look_at_rates(story: Story, day: date) -> None:
    rates = {"CHF": "0.9324", "GBP": "0.8512", "JPY": "158.4", "USD": "1.0823"}
    off = {"GBP": "1.1832", "JPY": "84.2"}
    for as_of, given in ((day - timedelta(days=1), rates), (day, rates | off)):
        decimals = {code: Decimal(rate) for code, rate in given.items()}
        sheet = RateSheet(source="ecb", as_of=as_of, rates=decimals)
        await story.api.bank.store.exchange_rates.record(sheet)
    await story.ask("admin", exchange_rates.list_rates)
    await story.ask("alice", totals.get_total, currency="CHF")
    held = {"base": "EUR", "as_of": str(day), "source": "ecb"}
    await story.ask("admin", exchange_rates.accept_rate, **held, quote="GBP")
    await story.ask("admin", exchange_rates.refuse_rate, **held, quote="JPY")


async def _forget_the_password(story: Story, job_runner: JobRunner) -> None:
    name = "Alice Pleasance Liddell"
    await story.ask("alice", users.change_user, username="alice", full_name=name)
    await story.ask(None, password_reset.request_password_reset, email=ALICE["email"])
    text = text_of((await job_runner.deliver())[-1])
    [code] = re.findall(r"^[\w-]{43}$", text, re.MULTILINE)
    await story.ask(None, show_password_reset, token=code)
    confirmed = {"token": code, "password": NEW_PASSWORD}
    await story.ask(None, password_reset.confirm_password_reset, **confirmed)


async def _leave(story: Story) -> None:
    old = await story.log_in("alice", NEW_PASSWORD)
    await story.log_in("alice", NEW_PASSWORD)
    await story.ask("alice", sessions.end_session, session_id=old["session_id"])


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_DAY = re.compile(r'(?<="as_of": ")\d{4}-\d\d-\d\d')
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MORNING = datetime(2026, 11, 20, 9, tzinfo=UTC)
_STEP = timedelta(
    minutes=5
)  # longer than the telling takes; what is said of the future is so exact


def _settle(told: dict[str, dict[str, Any]], started: datetime) -> dict[str, dict[str, Any]]:
    """The same with other times, UUIDs, tokens and codes: those of every telling."""
    text = json.dumps({route: told[route] for route in map(name_of, ROUTES) if route in told})
    started = started.replace(microsecond=0)
    said = sorted(set(map(datetime.fromisoformat, _TIME.findall(text))))
    now = [moment for moment in said if timedelta() <= moment - started < _STEP]
    uuids = list(dict.fromkeys(_UUID.findall(text)))

    def settled_time(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0])
        if moment in now:
            moment = _MORNING + timedelta(seconds=now.index(moment))
        elif moment > started:
            moment = _MORNING + (moment - started) // _STEP * _STEP
        return moment.isoformat().replace("+00:00", "Z")

    text = _TIME.sub(settled_time, text)
    since = _MORNING.date() - started.date()
    text = _DAY.sub(lambda found: str(date.fromisoformat(found[0]) + since), text)
    text = _UUID.sub(lambda found: str(uuid5(NAMESPACE_URL, str(uuids.index(found[0])))), text)
    text = text.replace(f'"{PASSWORD}"', '"what .bank/admin_password holds"')
    text = re.sub(r"v4\.local\.[\w.-]+", "v4.local.…", text)
    text = re.sub(r"whsec_[\w+/=]+", "whsec_…", text)
    settled: dict[str, dict[str, Any]] = json.loads(
        re.sub(r'"[\w-]{43}"', '"the code in the mail"', text)
    )
    return settled
