"""The answers and the page over HTTP: who may see them, and what they say."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from monitor.access import SIGNED_IN_S, Access
from monitor.answers import Answers
from monitor.bank import Bank as WatchedBank
from monitor.currencies import Currencies
from monitor.database import Pool
from monitor.gen.enums import Bucket
from monitor.intake.storing import Storing
from monitor.settings import Settings
from monitor.web.app import create_app
from monitor.web.chart import nice_ceiling
from monitor.web.guard import COOKIE, Guard
from tests.monitor.test_commands import decide
from tests.monitor.watching import CREDENTIALS, batch, event, login, movement

TOKEN = "a token that nobody guesses".replace(" ", "_")
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HARM = '<script>alert("1")</script>'


class Decimals(Currencies):
    """What the bank would say of currencies."""

    def __init__(self) -> None:
        self._exponents = {"USD": 2, "JPY": 0}


def app_of(
    pool: Pool, settings: Settings | None = None, bank: WatchedBank | None = None
) -> TestServer:
    """The application as the program makes it; without a bank it is of one that is away."""
    bank = bank or WatchedBank("http://127.0.0.1:1", CREDENTIALS)
    guard = Guard.of(settings or Settings(), Access(TOKEN), bank)
    return TestServer(create_app(Answers(pool), Decimals(), guard))


@dataclass
class Visitor:
    """Asks the monitor, with its token unless a test says otherwise."""

    client: TestClient[Any, Any]

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """The status and the body."""
        async with self.client.get(
            path, headers=headers or BEARER, allow_redirects=False
        ) as response:
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, await response.text()


@pytest.fixture
async def visitor(monitor_pool: Pool) -> AsyncGenerator[Visitor]:
    """A visitor of a monitor."""
    async with TestClient(app_of(monitor_pool)) as client:
        yield Visitor(client)


ANSWERS = [
    "/api/status",
    "/api/logins?username=alice",
    "/api/movements?account_id=12",
    "/api/operations",
    "/api/decisions",
    "/api/lost-events",
    "/api/rewinds",
]


@pytest.mark.parametrize("path", ANSWERS)
async def test_nobody_is_answered_without_the_token(visitor: Visitor, path: str) -> None:
    assert (await visitor.get(path))[0] == 200
    for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", "Bearer é"):
        status, body = await visitor.get(path, Authorization=wrong)
        assert (status, body["code"]) == (401, "unauthorized")
        assert TOKEN not in str(body)


async def test_the_page_leads_to_the_form(visitor: Visitor) -> None:
    status, _ = await visitor.get("/", Accept="text/html")
    assert status == 303
    status, body = await visitor.get("/sign-in", Accept="text/html")
    assert (status, "Token" in body) == (200, True)


async def test_a_browser_signs_in_and_out(visitor: Visitor) -> None:
    client = visitor.client
    async with client.post("/sign-in", data={"token": "wrong"}) as response:
        assert (response.status, "This is not the token" in await response.text()) == (403, True)
    async with client.post("/sign-in", data={"token": f" {TOKEN} "}) as response:
        assert (response.status, response.url.path) == (200, "/")
        [given] = response.history
        cookie = given.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", "")
        assert TOKEN not in cookie.value
    assert (await visitor.get("/api/status", Accept="*/*"))[0] == 200
    async with client.post("/sign-out") as response:
        assert response.url.path == "/sign-in"
    assert (await visitor.get("/api/status", Accept="*/*"))[0] == 401


async def test_a_large_form_is_refused(visitor: Visitor) -> None:
    async with visitor.client.post("/sign-in", data={"token": "x" * 2000}) as response:
        assert response.status == 413


def test_a_pass_ends_and_belongs_to_a_token() -> None:
    access = Access(TOKEN)
    given = access.make_pass(1000)
    assert access.accepts(given, 1000 + SIGNED_IN_S - 1)
    assert not access.accepts(given, 1000 + SIGNED_IN_S)
    assert not Access(f"{TOKEN}2").accepts(given, 1000)
    until, _, signature = given.partition(".")
    for forged in ("", ".", until, f"{int(until) + 1}.{signature}", f"x.{signature}", f"²{given}"):
        assert not access.accepts(forged, 1000)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("127.0.0.1:8090", 200, id="the address"),
        pytest.param("localhost", 200, id="a name of this machine"),
        pytest.param("[::1]:8090", 200, id="the address of IPv6"),
        pytest.param("evil.example", 421, id="a name that was made to lead here"),
        pytest.param("127.0.0.1.evil.example", 421, id="a name that resembles"),
        pytest.param("[::1", 421, id="half an address"),
        pytest.param("", 421, id="no name"),
    ],
)
async def test_names_of_this_machine(visitor: Visitor, host: str, status: int) -> None:
    assert (await visitor.get("/api/status", **BEARER, Host=host))[0] == status
    assert (await visitor.get("/healthz", Host=host))[0] == status


async def test_the_name_of_a_public_monitor(monitor_pool: Pool) -> None:
    settings = Settings.model_construct(
        http_address="0.0.0.0:8090",
        public_url="https://monitor.example",
        token=SecretStr(TOKEN),
    )
    async with TestClient(app_of(monitor_pool, settings)) as client:
        visitor = Visitor(client)
        assert (await visitor.get("/api/status", **BEARER, Host="monitor.example"))[0] == 200
        assert (await visitor.get("/api/status", **BEARER, Host="127.0.0.1"))[0] == 421
        async with client.post(
            "/sign-in", data={"token": TOKEN}, headers={"Host": "monitor.example"},
            allow_redirects=False,
        ) as response:  # fmt: skip
            assert response.cookies[COOKIE]["secure"]


@pytest.mark.parametrize("path", [*ANSWERS, "/", "/sign-in", "/healthz", "/nowhere"])
async def test_headers(visitor: Visitor, path: str) -> None:
    async with visitor.client.get(path, headers=BEARER, allow_redirects=False) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        pytest.param("logins", "username", id="no user"),
        pytest.param("logins?username=A%20B", "username", id="no name of a user"),
        pytest.param("logins?username=alice&limit=0", "limit", id="a page of nothing"),
        pytest.param("logins?username=alice&limit=201", "limit", id="a page too long"),
        pytest.param("movements?account_id=0", "account_id", id="no account"),
        pytest.param("movements?account_id=9223372036854775808", "account_id", id="too great"),
        pytest.param("movements?account_id=12&before=x", "before", id="no position"),
        pytest.param("operations?per=year", "per", id="no bucket"),
        pytest.param("operations?count=401", "count", id="too many buckets"),
        pytest.param("operations?until=noon", "until", id="no time"),
        pytest.param("decisions?after=1", "after", id="an unknown parameter"),
        pytest.param("decisions?limit=1&limit=2", "A parameter", id="twice"),
    ],
)
async def test_wrong_questions(visitor: Visitor, path: str, wrong: str) -> None:
    status, body = await visitor.get(f"/api/{path}")
    assert (status, body["code"]) == (400, "validation_failed")
    assert body["detail"].startswith(wrong)


async def test_methods_and_paths_that_are_none(visitor: Visitor) -> None:
    assert (await visitor.get("/api/nothing"))[1]["code"] == "not_found"
    async with visitor.client.post("/api/status", headers=BEARER) as response:
        assert (response.status, (await response.json())["code"]) == (405, "method_not_allowed")


async def test_logins_page_by_page(visitor: Visitor, storing: Storing) -> None:
    await storing.keep(
        await storing.place(),
        batch(*[login(n, at=timedelta(seconds=n)) for n in (1, 2, 3)], login(4, "bob")),
    )
    _, first = await visitor.get("/api/logins?username=alice&limit=2")
    assert [one["event_id"] for one in first["items"]] == ["1-3", "1-2"]
    assert first["items"][0]["happened_at"] == "2026-11-20T12:00:03Z"
    _, last = await visitor.get(f"/api/logins?username=alice&limit=2&before={first['next_before']}")
    assert [one["event_id"] for one in last["items"]] == ["1-1"]
    assert last["next_before"] is None


async def test_movements_of_both_sides(visitor: Visitor, storing: Storing) -> None:
    page = batch(
        movement(1, "deposit", source=1, target=12, amount=500),
        movement(2, "transfer", source=12, target=13, amount=70),
        movement(3, "transfer", source=13, target=14, amount=9),
        movement(4, "withdrawal", amount=30),
    )
    await storing.keep(await storing.place(), page)
    _, body = await visitor.get("/api/movements?account_id=12")
    assert [(one["event_id"], one["amount"], one["balance_after"]) for one in body["items"]] == [
        ("1-4", -30, 1000),
        ("1-2", -70, 1000),
        ("1-1", 500, 2000),
    ]
    _, first = await visitor.get("/api/movements?account_id=12&limit=2")
    assert (len(first["items"]), first["next_before"]) == (2, 2)


@pytest.mark.parametrize(
    ("per", "count", "expected"),
    [
        pytest.param("minute", 2, [("12:01", 1), ("12:02", 1)], id="by minute"),
        pytest.param("hour", 1, [("12:00", 3)], id="by hour"),
        pytest.param("day", 2, [("00:00", 4)], id="by day"),
    ],
)
async def test_operations(
    visitor: Visitor, storing: Storing, per: str, count: int, expected: list[tuple[str, int]]
) -> None:
    minutes = [0, 1, 2, -60]
    page = batch(*[event(n, at=timedelta(minutes=at)) for n, at in enumerate(minutes, 1)])
    await storing.keep(await storing.place(), page)
    _, body = await visitor.get(
        f"/api/operations?per={per}&count={count}&until=2026-11-20T12:02:30Z"
    )
    found = [(one["began_at"][11:16], one["count"]) for one in body["counts"]]
    assert (body["per"], found) == (per, expected)


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        pytest.param("SELECT", "starting", id="at the beginning"),
        pytest.param("answered_at = now(), caught_up_at = now()", "current", id="all is read"),
        pytest.param("answered_at = now(), behind_since = now()", "behind", id="more to read"),
        pytest.param("answered_at = now() - interval '61s'", "silent", id="nobody reads"),
        pytest.param(
            "answered_at = now(), trouble = 'the bank does not answer', trouble_since = now()",
            "trouble",
            id="the bank is away",
        ),
    ],
)
async def test_what_is_stale_is_told(
    visitor: Visitor, monitor_pool: Pool, statement: str, state: str
) -> None:
    if statement != "SELECT":
        async with monitor_pool.connection() as connection:
            await connection.execute(f"UPDATE feed_place SET {statement}".encode())
    _, body = await visitor.get("/api/status")
    assert body["state"] == state
    _, page = await visitor.get("/")
    assert f'class="state state-{state}"' in page


class Words(HTMLParser):
    """The tags and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_page_shows_what_was_asked(
    visitor: Visitor, storing: Storing, monitor_pool: Pool
) -> None:
    now = datetime.now(UTC)
    page = batch(
        movement(1, "deposit", source=1, target=12, amount=123456, at=now),
        login(2, at=now),
        event(3, "account.pledged", at=now, x=1),
    )
    await storing.keep(await storing.place(), page)
    await decide(monitor_pool)
    status, body = await visitor.get("/?per=minute&account_id=+12+&username=Alice")
    words = Words(body)
    assert status == 200
    for expected in ("1,234.56 USD", "Sign-ins of alice", "1 payments", "1 customers", "not sent"):
        assert expected in words.text
    assert len([tag for tag, _ in words.tags if tag == "rect"]) == 3
    used = {name for _, attributes in words.tags for name in attributes}
    assert not {name for name in used if name == "style" or name.startswith("on")}


async def test_what_people_wrote_is_text(visitor: Visitor, storing: Storing) -> None:
    """Goal: nothing that came with an event, or with a question, is taken for markup."""
    harmful = movement(1, "transfer", target=12, source=12)
    harmful["data"]["description"] = HARM
    harmful["request_id"] = HARM
    strange = login(2)
    strange["request_id"] = HARM
    await storing.keep(await storing.place(), batch(harmful, strange))
    for path in (
        "/?account_id=12",
        "/?username=alice",
        f"/?username={HARM}",
        f"/?account_id={HARM}",
        f"/?{HARM}=1",
    ):
        _, body = await visitor.get(path)
        assert "<script" not in body, path
        assert "alert(" not in body or "&lt;script&gt;" in body


async def test_a_wrong_parameter_is_told_on_the_page(visitor: Visitor) -> None:
    status, body = await visitor.get("/?account_id=twelve")
    assert status == 400
    assert 'role="alert"' in body


@pytest.mark.parametrize(
    ("count", "top"), [(0, 4), (4, 4), (5, 8), (9, 20), (21, 40), (4_000_001, 8_000_000)]
)
def test_the_top_of_the_chart(count: int, top: int) -> None:
    assert nice_ceiling(count) == top


async def test_the_page_of_every_bucket(visitor: Visitor) -> None:
    for bucket in Bucket:
        status, body = await visitor.get(f"/?per={bucket.value}")
        assert (status, f">by {bucket.value}</a>" in body) == (200, True)
