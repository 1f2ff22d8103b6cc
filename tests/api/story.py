"""A day at the bank that asks for everything once: where the document's examples come from."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.domain.roles import Role
from tests.api.client import Answer, Api
from tests.api.conftest import Past
from tests.api.requests import name_of
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


def find_route(name: str) -> Route:
    """The route that a person writes so."""
    [route] = [route for route in ROUTES if name_of(route) == name]
    return route


@dataclass
class Story:
    """What was asked first of each route, and what was answered."""

    api: Api
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    told: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def ask(
        self,
        asker: str | None,
        name: str,
        body: dict[str, Any] | None = None,
        query: dict[str, Any] | None = None,
        **path: Any,
    ) -> Any:
        """Ask as somebody; the body of the answer, which must be a success."""
        route = find_route(name)
        answer = await self._send(asker, route, body, query or {}, path)
        assert answer.status == route.status, (name, answer)
        told = {"path": path, "query": query, "response": answer.body}
        if not route.answers_json:
            del told["response"]
        known = self.told.setdefault(name, {part: value for part, value in told.items() if value})
        if body:
            # Where somebody says who they are, everybody is worth showing.
            bodies = known.setdefault("bodies", {})
            if "username" in body or not bodies:
                bodies.setdefault(body.get("username", "one"), body)
        return answer.body

    async def ask_for_csv(self, asker: str, name: str, query: dict[str, Any], **path: Any) -> None:
        """Ask for another form of what was asked already."""
        headers = {"Accept": "text/csv"}
        answer = await self._send(asker, find_route(name), None, query, path, headers)
        self.told[name]["text/csv"] = answer.body

    async def log_in(self, username: str, password: str) -> Any:
        """Be logged in from here on."""
        body = {"username": username, "password": password}
        answer = await self.ask(None, "POST /v1/users/login", body)
        self.tokens[username] = answer["access_token"]
        return answer

    async def _send(
        self,
        asker: str | None,
        route: Route,
        body: dict[str, Any] | None,
        query: dict[str, Any],
        path: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Answer:
        return await self.api.request(
            route.method,
            route.path.format_map(path),
            token=self.tokens[asker] if asker else None,
            json=body,
            params=query,
            headers={"User-Agent": "curl/8.5.0", **(headers or {})},
        )


async def tell(api: Api, job_runner: JobRunner, past: Past) -> dict[str, dict[str, Any]]:
    """The whole day, with what differs from one day to another settled."""
    started = datetime.now(UTC)
    story = Story(api)
    await _arrive(story, job_runner)
    await _move_money(story)
    await _hold_money(story)
    await _work_at_the_bank(story, past)
    await _forget_the_password(story, job_runner)
    await _leave(story)
    return _settle(story.told, started)


async def _arrive(story: Story, job_runner: JobRunner) -> None:
    await story.ask(None, "GET /healthz")
    await story.ask(None, "GET /readyz")
    await story.api.make.user("admin", Role.ADMIN)
    await story.ask(None, "POST /v1/users", ALICE)
    alice = await story.log_in("alice", ALICE["password"])
    await story.ask("alice", "POST /v1/users/{username}/verification", username="alice")
    email_id, secret_code = code_of((await job_runner.deliver())[-1])
    code = {"email_id": email_id, "secret_code": secret_code}
    await story.ask(None, "GET /v1/verify_email", query=code)
    await story.ask(None, "POST /v1/verify_email", code)
    refresh = {"refresh_token": alice["refresh_token"]}
    await story.ask(None, "POST /v1/tokens/renew_access", refresh)
    await story.ask(None, "POST /v1/users", BOB)
    await story.log_in("bob", BOB["password"])
    await story.log_in("admin", PASSWORD)
    await story.ask("alice", "GET /v1/users/{username}", username="alice")
    await story.ask("alice", "GET /v1/sessions")


async def _move_money(story: Story) -> None:
    ours = (await story.ask("alice", "POST /v1/accounts", {"currency": "USD"}))["id"]
    bobs = (await story.ask("bob", "POST /v1/accounts", {"currency": "USD"}))["id"]
    cash = {"amount": 10000, "currency": "USD"}
    await story.ask("admin", "POST /v1/accounts/{account_id}/deposits", cash, account_id=ours)
    way = {"from_account_id": ours, "to_account_id": bobs}
    paid = await story.ask("alice", "POST /v1/transfers", {**way, **LUNCH})
    transfer_id = paid["transfer"]["id"]
    await story.ask("alice", "GET /v1/transfers/{transfer_id}", transfer_id=transfer_id)
    await story.ask("alice", "GET /v1/accounts/{account_id}/entries", account_id=ours)
    items = [{**way, "amount": 250, "currency": "USD", "idempotency_key": "rent-11"}]
    items.append({**way, "amount": 1_000_000, "currency": "USD", "description": "a house"})
    batch = {"mode": "independent", "transfers": items}
    await story.ask("alice", "POST /v1/transfers/batch", batch)
    back = "POST /v1/transfers/{transfer_id}/reversals"
    await story.ask("bob", back, {"amount": 50}, transfer_id=transfer_id)
    await story.ask("alice", "GET /v1/transfers")


async def _hold_money(story: Story) -> None:
    [ours] = (await story.ask("alice", "GET /v1/accounts"))["items"]
    [bobs] = (await story.ask("bob", "GET /v1/accounts"))["items"]
    room = {"from_account_id": ours["id"], "to_account_id": bobs["id"]}
    room |= {"amount": 2000, "currency": "USD", "description": "a room for a night"}
    hold_id = (await story.ask("alice", "POST /v1/holds", room))["id"]
    await story.ask("alice", "GET /v1/holds/{hold_id}", hold_id=hold_id)
    await story.ask("alice", "GET /v1/accounts/{account_id}", account_id=ours["id"])
    await story.ask("bob", "POST /v1/holds/{hold_id}/capture", {"amount": 1500}, hold_id=hold_id)
    await story.ask("bob", "POST /v1/holds/{hold_id}/void", hold_id=hold_id)
    await story.ask("alice", "GET /v1/holds")


async def _work_at_the_bank(story: Story, past: Past) -> None:
    [account] = (await story.ask("alice", "GET /v1/accounts"))["items"]
    this = {"account_id": account["id"]}
    cash = {"amount": 500, "currency": "USD"}
    await story.ask("admin", "POST /v1/accounts/{account_id}/withdrawals", cash, **this)
    await story.ask("admin", "POST /v1/accounts/{account_id}/freeze", **this)
    await story.ask("admin", "POST /v1/accounts/{account_id}/thaw", **this)
    past.move(datetime(2026, 10, 20, 12, tzinfo=UTC))
    month, statement = {"month": "2026-10"}, "GET /v1/accounts/{account_id}/statement"
    await story.ask("alice", statement, query=month, **this)
    await story.ask_for_csv("alice", statement, month, **this)
    moment = {"at": "2026-10-31T00:00:00Z"}
    await story.ask("alice", "GET /v1/accounts/{account_id}/balance", query=moment, **this)
    empty = await story.ask("alice", "POST /v1/accounts", {"currency": "EUR"})
    await story.ask("alice", "POST /v1/accounts/{account_id}/close", account_id=empty["id"])
    await story.ask("admin", "PUT /v1/users/{username}/role", {"role": "banker"}, username="bob")
    await story.ask("admin", "POST /v1/users/{username}/block", username="bob")
    await story.ask("admin", "POST /v1/users/{username}/unblock", username="bob")


async def _forget_the_password(story: Story, job_runner: JobRunner) -> None:
    change = {"full_name": "Alice Pleasance Liddell"}
    await story.ask("alice", "PATCH /v1/users/{username}", change, username="alice")
    await story.ask(None, "POST /v1/password_resets", {"email": ALICE["email"]})
    text = text_of((await job_runner.deliver())[-1])
    [code] = re.findall(r"^[\w-]{43}$", text, re.MULTILINE)
    confirmed = {"token": code, "password": NEW_PASSWORD}
    await story.ask(None, "POST /v1/password_resets/confirm", confirmed)


async def _leave(story: Story) -> None:
    old = await story.log_in("alice", NEW_PASSWORD)
    await story.log_in("alice", NEW_PASSWORD)
    end = "DELETE /v1/sessions/{session_id}"
    await story.ask("alice", end, session_id=old["session_id"])
    await story.ask("alice", "POST /v1/users/logout")
    await story.ask("admin", "DELETE /v1/sessions")


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
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
    text = _UUID.sub(lambda found: str(uuid5(NAMESPACE_URL, str(uuids.index(found[0])))), text)
    text = text.replace(f'"{PASSWORD}"', '"what .bank/admin_password holds"')
    text = re.sub(r"v4\.local\.[\w.-]+", "v4.local.…", text)
    settled: dict[str, dict[str, Any]] = json.loads(
        re.sub(r'"[\w-]{43}"', '"the code in the mail"', text)
    )
    return settled
