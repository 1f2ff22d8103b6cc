"""Who may do what, on every route there is."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import pytest

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain.roles import Role
from bankapp.store.ledger.postings import Held, Posted
from bankapp.store.store import Store
from tests.api.client import Answer, Api, Person
from tests.api.conftest import DatabaseAccess
from tests.api.contract import same_but_for_request_id
from tests.api.requests import World, good_request, name_of
from tests.factories import Make, hold, transfer

STRANGERS: Final = ("nobody", "garbage", "expired")
PEOPLE: Final = ("owner", "other", "banker", "admin")


def anyone(status: int) -> Mapping[str, int]:
    """With or without a token, and whatever is in it."""
    return dict.fromkeys((*STRANGERS, *PEOPLE), status)


def people(owner: int, other: int, banker: int, admin: int) -> Mapping[str, int]:
    """Nobody without a session, and these statuses for those with one."""
    statuses = {"owner": owner, "other": other, "banker": banker, "admin": admin}
    return {**dict.fromkeys(STRANGERS, 401), **statuses}


# The request is about Alice, the owner: her user, her account, a transfer from it.
STATUS: Final[Mapping[str, Mapping[str, int]]] = {
    "POST /v1/users": anyone(201),
    "POST /v1/users/login": anyone(401),
    "GET /v1/users/{username}": people(owner=200, other=404, banker=200, admin=200),
    "POST /v1/users/logout": people(owner=204, other=204, banker=204, admin=204),
    "PATCH /v1/users/{username}": people(owner=200, other=404, banker=200, admin=200),
    "PUT /v1/users/{username}/role": people(owner=403, other=403, banker=403, admin=200),
    "POST /v1/users/{username}/block": people(owner=403, other=403, banker=403, admin=200),
    "POST /v1/users/{username}/unblock": people(owner=403, other=403, banker=403, admin=200),
    "POST /v1/users/{username}/verification": people(owner=202, other=404, banker=404, admin=404),
    "GET /v1/verify_email": anyone(200),
    "POST /v1/verify_email": anyone(404),
    "POST /v1/password_resets": anyone(202),
    "POST /v1/password_resets/confirm": anyone(404),
    "POST /v1/tokens/renew_access": anyone(401),
    "GET /v1/sessions": people(owner=200, other=200, banker=200, admin=200),
    "DELETE /v1/sessions": people(owner=204, other=204, banker=204, admin=204),
    "DELETE /v1/sessions/{session_id}": people(owner=204, other=404, banker=404, admin=404),
    "POST /v1/accounts": people(owner=201, other=201, banker=201, admin=201),
    "GET /v1/accounts": people(owner=200, other=200, banker=200, admin=200),
    "GET /v1/accounts/{account_id}": people(owner=200, other=404, banker=200, admin=200),
    "GET /v1/accounts/{account_id}/entries": people(owner=200, other=404, banker=200, admin=200),
    "POST /v1/accounts/{account_id}/deposits": people(owner=403, other=403, banker=201, admin=201),
    "POST /v1/accounts/{account_id}/withdrawals": people(
        owner=403, other=403, banker=201, admin=201
    ),
    "POST /v1/accounts/{account_id}/freeze": people(owner=403, other=403, banker=200, admin=200),
    "POST /v1/accounts/{account_id}/thaw": people(owner=403, other=403, banker=200, admin=200),
    # What is not empty cannot be closed, but they may try.
    "POST /v1/accounts/{account_id}/close": people(owner=409, other=404, banker=409, admin=409),
    "POST /v1/transfers/batch": people(owner=200, other=200, banker=200, admin=200),
    "POST /v1/transfers/{transfer_id}/reversals": people(
        owner=201, other=404, banker=201, admin=201
    ),
    "POST /v1/holds": people(owner=201, other=404, banker=404, admin=404),
    "GET /v1/holds": people(owner=200, other=200, banker=200, admin=200),
    "GET /v1/holds/{hold_id}": people(owner=200, other=404, banker=200, admin=200),
    "POST /v1/holds/{hold_id}/capture": people(owner=200, other=404, banker=200, admin=200),
    # Whoever comes after the owner finds nothing to void.
    "POST /v1/holds/{hold_id}/void": people(owner=200, other=404, banker=409, admin=409),
    "POST /v1/transfers": people(owner=201, other=404, banker=404, admin=404),
    "GET /v1/accounts/{account_id}/balance": people(owner=200, other=404, banker=200, admin=200),
    "GET /v1/accounts/{account_id}/statement": people(owner=200, other=404, banker=200, admin=200),
    "GET /v1/transfers": people(owner=200, other=200, banker=200, admin=200),
    "GET /v1/transfers/{transfer_id}": people(owner=200, other=404, banker=200, admin=200),
    "GET /healthz": anyone(200),
    "GET /readyz": anyone(200),
}


@pytest.fixture
async def world(make: Make, store: Store) -> World:
    """Alice has money and has paid Bob."""
    await make.user("alice")
    alices, bobs = await make.account(owner="alice", balance=1000), await make.account(balance=9)
    paid, received, held = await store.post(
        [transfer(alices, bobs, 1), transfer(bobs, alices, 4), hold(bobs, alices, 4)]
    )
    assert isinstance(paid, Posted)
    assert isinstance(received, Posted)
    assert isinstance(held, Held)
    session_id = await make.session("alice")
    return World(alices, bobs, paid.transfer.id, received.transfer.id, held.hold.id, session_id)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(STATUS) == sorted(name_of(route) for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
async def test_matrix(api: Api, world: World, database: DatabaseAccess, route: Route) -> None:
    tokens = {
        "nobody": None,
        "garbage": "v4.local.garbage",
        "expired": api.bank.tokens.create(database.expired_session("alice")).text,
        "owner": (await api.log_in("alice")).token,
        "other": (await api.person("other")).token,
        "banker": (await api.person("banker", Role.BANKER)).token,
        "admin": (await api.person("admin", Role.ADMIN)).token,
    }
    statuses: dict[str, int] = {}
    for asker, token in tokens.items():
        request = good_request(route, world, asker)
        answer = await api.request(route.method, request.path, token=token, json=request.body)
        statuses[asker] = answer.status
        if answer.status == 403:
            assert answer.code == "forbidden"
        if answer.status == 404:
            assert answer.code == "not_found"
        if answer.status == 401:
            login = route.path == "/v1/users/login"
            assert answer.code == ("invalid_credentials" if login else "unauthenticated")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert statuses == STATUS[name_of(route)]


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/transfers", "/v1/holds"])
async def test_lists_show_only_what_is_ones_own(api: Api, world: World, path: str) -> None:
    for person in (await api.person(), await api.person(role=Role.BANKER)):
        assert (await person.get(path)).body == {"items": [], "next_cursor": None}


async def test_only_bankers_ask_for_somebody_elses_list(api: Api, world: World) -> None:
    alice, other = await api.log_in("alice"), await api.person("other")
    banker = await api.person(role=Role.BANKER)
    for path, params in (
        ("/v1/accounts", {"owner": "alice"}),
        ("/v1/transfers", {"account_id": world.alices.id}),
    ):
        own, seen = await alice.get(path, **params), await banker.get(path, **params)
        assert own.body == seen.body
        assert own.body["items"]
        missing = {name: 10**9 if name == "account_id" else "nobody" for name in params}
        refused = await other.get(path, **params)
        assert refused.code == "not_found"
        assert same_but_for_request_id(refused, await other.get(path, **missing))


async def test_a_changed_role_counts_at_the_next_request(api: Api, world: World) -> None:
    admin, bob = await api.person(role=Role.ADMIN), await api.person("bob")
    path = f"/v1/accounts/{world.alices.id}"
    for role, status in (("banker", 200), ("depositor", 404), ("admin", 200), ("depositor", 404)):
        assert (await admin.put("/v1/users/bob/role", role=role)).status == 200
        assert (await bob.get(path)).status == status
        deposit = await bob.post(f"{path}/deposits", amount=1, currency="USD")
        assert deposit.status == (201 if status == 200 else 403)


async def test_an_admin_who_resigns_is_none_at_once(api: Api) -> None:
    admin = await api.person("root", Role.ADMIN)
    assert (await admin.put("/v1/users/root/role", role="banker")).status == 200
    assert (await admin.put("/v1/users/root/role", role="admin")).code == "forbidden"


async def whoami(person: Person) -> Answer:
    return await person.get(f"/v1/users/{person.username}")


async def test_an_ended_session_is_none(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    assert (await whoami(alice)).status == 200
    database.end_sessions("alice")
    ended = await whoami(alice)
    assert (ended.status, ended.code) == (401, "unauthenticated")
    assert (await whoami(await api.log_in("alice"))).status == 200


async def test_the_session_of_somebody_removed_is_none(api: Api, database: DatabaseAccess) -> None:
    alice = await api.person("alice")
    database.remove_user("alice")
    removed = await whoami(alice)
    assert (removed.status, removed.code) == (401, "unauthenticated")


async def test_a_session_nobody_opened_is_none(api: Api) -> None:
    token = api.bank.tokens.create(uuid.uuid4()).text
    assert (await whoami(Person(api, "alice", token))).code == "unauthenticated"


async def test_an_expired_token_says_so(api: Api, database: DatabaseAccess) -> None:
    late = TokenMaker(PasetoCodec([bytes(32)]), Purpose.ACCESS, timedelta(seconds=-1))
    await api.make.user("alice")
    token = late.create(database.expired_session("alice")).text
    answer = await whoami(Person(api, "alice", token))
    assert (answer.status, answer.code) == (401, "token_expired")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_token_of_another_bank_is_worth_nothing(api: Api) -> None:
    alice = await api.person("alice")
    session_id = api.bank.tokens.verify(alice.token).session_id
    codec = PasetoCodec([b"another key of thirty-two bytes!"])
    other = TokenMaker(codec, Purpose.ACCESS, timedelta(minutes=15))
    answer = await whoami(Person(api, "alice", other.create(session_id).text))
    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_the_scheme_is_bearer_in_any_case(api: Api) -> None:
    alice = await api.person("alice")
    token = alice.token
    headers = {
        f"Bearer {token}": 200,
        f"bearer {token}": 200,
        f"BEARER {token}": 200,
        f"bEaReR  {token}": 200,
        f"Bearer{token}": 401,
        f"Basic {token}": 401,
        f"Token {token}": 401,
        f"Bearer {token} {token}": 401,
        f"Bearer {token},": 401,
        f'Bearer "{token}"': 401,
        f"Bearer {token}é": 401,
        "Bearer": 401,
        "Bearer ": 401,
        token: 401,
        "": 401,
    }
    for header, status in headers.items():
        answer = await api.request("GET", "/v1/users/alice", headers={"Authorization": header})
        assert answer.status == status, header


async def test_a_token_counts_in_the_header_only(api: Api) -> None:
    alice = await api.person("alice")
    path = f"/v1/accounts?access_token={alice.token}"
    assert (await api.request("GET", path)).code == "unauthenticated"
    cookie = {"Cookie": f"access_token={alice.token}; Authorization=Bearer {alice.token}"}
    assert (await api.request("GET", "/v1/accounts", headers=cookie)).code == "unauthenticated"
