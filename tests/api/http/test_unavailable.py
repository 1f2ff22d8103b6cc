"""What the bank answers while its database is gone."""

import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.routes import ROUTES
from bankapp.api.http.server import create_app
from bankapp.domain import limits
from bankapp.store.engine.transaction import Pool, create_pool
from bankapp.store.store import Store
from gen import enums, models
from tests.api.client import Answer, Api
from tests.api.conftest import DatabaseAccess
from tests.api.contract import PROBLEM
from tests.api.requests import Request, World, good_request, name_of
from tests.conftest import ServerAddress, make_bank
from tests.factories import Make

NEEDS_NO_DATABASE = {"GET /healthz", "GET /v1/verify_email"}


@pytest.fixture
async def cut_off_api(tmp_path: Path) -> AsyncGenerator[Api]:
    """A bank whose database is nowhere, and that does not wait long for it."""
    pool = create_pool(ServerAddress(str(tmp_path / "nowhere")).url("bank"))
    pool.timeout = 0.02
    await pool.open(wait=False)
    store = Store(pool)
    bank = make_bank(store)
    async with TestClient(TestServer(create_app(bank))) as client:
        yield Api(client, bank, Make(store))
    await pool.close()


def an_account(account_id: int) -> models.Account:
    return models.Account(
        id=account_id,
        kind=enums.AccountKind.CUSTOMER,
        owner="alice",
        currency="USD",
        balance=0,
        status=enums.AccountStatus.OPEN,
        created_at=datetime.min.replace(tzinfo=UTC),
    )


def check_unavailable(answer: Answer) -> None:
    """It says come again, and nothing of why."""
    assert (answer.status, answer.code) == (503, "unavailable")
    assert set(answer.body) == PROBLEM
    assert answer.body["retryable"] is True
    assert int(answer.headers["Retry-After"]) >= 1


async def test_without_a_database(cut_off_api: Api) -> None:
    token = cut_off_api.bank.tokens.create(uuid.uuid4()).text
    world = World(an_account(1), an_account(2), transfer_id=1, received_id=1, hold_id=1)
    for route in ROUTES:
        request = good_request(route, world, "nobody")
        if name_of(route) == "POST /v1/tokens/renew_access":
            refresh_token = cut_off_api.bank.refresh_tokens.create(uuid.uuid4()).text
            request = Request(request.path, {"refresh_token": refresh_token})
        answer = await cut_off_api.request(
            route.method, request.path, token=token, json=request.body
        )
        if name_of(route) in NEEDS_NO_DATABASE:
            assert answer.status == 200
        else:
            check_unavailable(answer)


async def test_what_needs_no_database_is_refused_without_it(cut_off_api: Api) -> None:
    assert (await cut_off_api.request("GET", "/v1/accounts")).code == "unauthenticated"
    garbage = await cut_off_api.request("GET", "/v1/accounts", token="v4.local.x.y")
    assert garbage.code == "unauthenticated"
    assert (await cut_off_api.request("POST", "/v1/users", json={})).code == "validation_failed"


async def test_readiness_follows_the_pool(api: Api, pool: Pool) -> None:
    alice = await api.person("alice")
    source = await api.make.account(owner="alice", balance=10)
    target = await api.make.account()
    assert (await api.request("GET", "/readyz")).status == 200
    await pool.close()
    check_unavailable(await api.request("GET", "/readyz"))
    check_unavailable(await alice.transfer(source, target, 1))
    check_unavailable(await alice.get("/v1/accounts"))
    assert (await api.request("GET", "/healthz")).status == 200


async def test_the_bank_comes_back_with_its_database(api: Api, database: DatabaseAccess) -> None:
    """Break every connection, as a restart does; soon all are replaced, without one 500."""
    alice = await api.person("alice")
    assert (await alice.get("/v1/accounts")).status == 200
    database.break_connections()
    answers = [await alice.get("/v1/accounts") for _ in range(2 * limits.CONNECTION_COUNT_MAX)]
    for answer in answers:
        if answer.status != 200:
            check_unavailable(answer)
    assert answers[-1].status == 200
    assert (await api.request("GET", "/readyz")).status == 200
