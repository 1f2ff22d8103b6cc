"""Each thing that is counted is driven, and read at /metrics as Prometheus would."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from psycopg import errors as pg

from bankapp import tuning
from bankapp.api.http.metrics import create_metrics_app
from bankapp.api.http.server import create_app
from bankapp.domain import limits
from bankapp.domain.idempotency import RequestKey
from bankapp.operations.bank import Bank, Rules
from bankapp.store.engine.transaction import Pool, Transactions, create_pool
from bankapp.store.store import Store
from gen.queries import AsyncQueries
from tests.api.client import Api
from tests.conftest import ServerAddress, make_bank
from tests.factories import Make, transfer
from tests.job_runner import JobRunner
from tests.metrics import Reading, read_metrics, since


async def scrape(api: Api) -> Reading:
    """The page at /metrics."""
    answer = await api.request("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return Reading(answer.body)


@pytest.mark.parametrize("version", ["x", "1.x", "1.0.0-a", "1..0", "²", '"1.0.0"'])
@pytest.mark.parametrize("kind", ["application/openmetrics-text", "text/plain"])
async def test_a_version_that_is_none(api: Api, kind: str, version: str) -> None:
    answer = await api.request("GET", "/metrics", headers={"Accept": f"{kind};version={version}"})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_requests_by_operation_and_class_of_status(api: Api) -> None:
    before = await scrape(api)
    await api.request("GET", "/healthz")
    await api.request("GET", "/healthz?x=1")
    await api.request("GET", "/v1/accounts/1")
    await api.request("GET", "/v1/accounts/2")
    await api.request("GET", "/docs/db/nothing")
    await api.request("GET", "/nothing/1")
    await api.request("GET", "/nothing/2")
    now = await scrape(api)

    def grown(operation: str, status: str) -> float:
        name, labels = "request_duration_seconds", {"operation": operation, "status": status}
        count = now.value(f"{name}_count", **labels) - before.value(f"{name}_count", **labels)
        assert now.value(f"{name}_sum", **labels) > 0
        assert now.value(f"{name}_bucket", le="10.0", **labels) >= count
        return count

    assert grown("check_health", "2xx") == 1
    assert grown("check_health", "4xx") == 1
    assert grown("get_account", "4xx") == 2
    assert grown("/docs/db/{path}", "4xx") == 1
    assert grown("none", "4xx") == 2
    assert grown("/metrics", "2xx") == 1  # that of before


async def test_refusals_by_code(api: Api) -> None:
    before = await scrape(api)
    await api.request("GET", "/v1/accounts")
    await api.request("GET", "/nothing")
    await api.request("POST", "/healthz")
    await api.request("GET", "/healthz")
    now = await scrape(api)
    for code, count in {"unauthenticated": 1, "not_found": 1, "method_not_allowed": 1}.items():
        grown = now.value("refusals_total", code=code) - before.value("refusals_total", code=code)
        assert grown == count


async def test_rate_limits(store: Store, make: Make) -> None:
    bank = make_bank(store, Rules(limits_rates=True))
    body = {"username": "nobody", "password": "wrong"}
    before = read_metrics()
    async with TestClient(TestServer(create_app(bank))) as client:
        api = Api(client, bank, make)
        for _ in range(limits.LOGINS_BY_USER.count + 2):
            await api.request("POST", "/v1/users/login", json=body)
    assert since(before)("rate_limited_total", limit="login_as") == 2
    assert since(before)("rate_limited_total", limit="login") == 0
    assert since(before)("refusals_total", code="rate_limited") == 2


async def test_batches_of_postings(store: Store, make: Make) -> None:
    """Postings that arrive while the first one runs share the next call."""
    source, target = await make.account(balance=10), await make.account()
    before = read_metrics()
    await asyncio.gather(*(store.postings.submit(transfer(source, target, 1)) for _ in range(5)))
    grown = since(before)
    assert grown("posting_batch_size_sum") == 5
    assert 1 <= grown("posting_batch_size_count") <= 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [(pg.DeadlockDetected(), "deadlock"), (pg.SerializationFailure(), "serialization_failure")],
)
async def test_retries(pool: Pool, error: Exception, reason: str) -> None:
    tries = iter([error, error, None])

    async def lose_twice(_: AsyncQueries) -> None:
        if (lost := next(tries)) is not None:
            raise lost

    before = read_metrics()
    await Transactions(pool, retry_count_max=3).run(lose_twice)
    assert since(before)("transaction_retries_total", reason=reason) == 2


async def test_retries_for_a_key(pool: Pool) -> None:
    """The other request under the key is done just before this one would be."""
    key = RequestKey(scope="alice", key="once", request_hash=bytes(32), request_id="1")
    transactions = Transactions(pool, 0)

    async def meet_another(_: AsyncQueries) -> str:
        await transactions.run_once(key, do_at_once)
        return "second"

    async def do_at_once(_: AsyncQueries) -> str:
        return "first"

    before = read_metrics()
    answer = await transactions.run_once(key, meet_another)
    assert answer.result == "first"
    assert since(before)("transaction_retries_total", reason="key_taken") == 1


async def test_the_pool(store: Store, pool: Pool) -> None:
    """One more is asked for than there are: it waits until another one is given back."""
    store.measure_pool()
    before = read_metrics()
    async with AsyncExitStack() as stack:
        for _ in range(tuning.CONNECTION_COUNT_MAX):
            await stack.enter_async_context(pool.connection())
        waiting = asyncio.create_task(store.read.users.get_user(username="alice"))
        for _ in range(10):
            await asyncio.sleep(0)  # until it stands in the queue
        store.measure_pool()
        full = read_metrics()
        assert full.value("pool_waiting") == 1
        assert full.value("pool_idle") == 0
        assert full.value("pool_connections") == tuning.CONNECTION_COUNT_MAX
    await waiting
    store.measure_pool()
    grown = since(before)
    assert grown("pool_checkouts_total") == tuning.CONNECTION_COUNT_MAX + 1
    assert grown("pool_queued_total") >= 1
    assert grown("pool_wait_seconds_total") > 0
    assert read_metrics().value("pool_waiting") == 0


async def test_jobs(api: Api, job_runner: JobRunner) -> None:
    before = await scrape(api)
    address = {"email": "nobody@example.org"}
    await api.request("POST", "/v1/password_resets", json=address)
    waiting = await scrape(api)
    assert waiting.value("jobs", state="waiting") == before.value("jobs", state="waiting") + 1
    await job_runner.deliver()
    done = await scrape(api)
    assert done.value("jobs", state="waiting") == before.value("jobs", state="waiting")
    labels = {"job": "start_password_reset", "outcome": "done"}
    name = "job_runs_total"
    assert done.value(name, **labels) == before.value(name, **labels) + 1


async def test_a_job_that_fails_for_good(api: Api, job_runner: JobRunner) -> None:
    job_runner.mailbox.answer = lambda _: "550 never"
    before = await scrape(api)
    await api.make.user("alice")
    alice = await api.log_in("alice")
    assert (await alice.post("/v1/users/alice/verification")).status == 202
    await job_runner.deliver()
    now = await scrape(api)
    assert now.value("jobs", state="dead") == 1
    labels = {"job": "send_mail", "outcome": "failed"}
    assert now.value("job_runs_total", **labels) == before.value("job_runs_total", **labels) + 1


async def test_passwords_that_wait(bank: Bank) -> None:
    hashing = asyncio.create_task(bank.passwords.hash("correct horse"))
    await asyncio.sleep(0)
    assert read_metrics().value("passwords_pending") == 1
    await hashing
    assert read_metrics().value("passwords_pending") == 0


async def test_a_database_that_is_gone(api: Api, tmp_path: Path) -> None:
    """The page says so, instead of failing when it is needed most."""
    assert (await scrape(api)).value("database_up") == 1
    pool = create_pool(ServerAddress(str(tmp_path / "nowhere")).url("bank"))
    pool.timeout = 0.02
    await pool.open(wait=False)
    bank = make_bank(Store(pool))
    async with TestClient(TestServer(create_app(bank))) as client:
        cut_off = await scrape(Api(client, bank, api.make))
    await pool.close()
    assert cut_off.value("database_up") == 0


async def test_what_runs_and_what_it_takes(api: Api) -> None:
    now = await scrape(api)
    [build] = now.labels("bankapp_build_info")
    assert now.value("build_info", **build) == 1
    assert build.keys() == {"version", "python"}
    assert now.labels("process_resident_memory_bytes") == [{}]
    assert now.labels("process_cpu_seconds_total") == [{}]


async def test_no_label_is_something_that_was_sent(api: Api) -> None:
    for path in ("/v1/users/somebody", "/v1/accounts/123456", "/somewhere", "/docs/db/somefile"):
        await api.request("GET", path, headers={"X-Request-Id": "some-id"})
    answer = await api.request("GET", "/metrics")
    assert not {"somebody", "123456", "somewhere", "somefile", "some-id"} & set(
        answer.body.replace('"', " ").replace("/", " ").split()
    )


async def test_open_metrics_for_those_who_prefer_it(api: Api) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = await api.request("GET", "/metrics", headers=accept)
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.body.endswith("# EOF\n")


async def test_metrics_apart(bank: Bank, make: Make) -> None:
    async with TestClient(TestServer(create_app(bank, shows_metrics=False))) as client:
        assert (await Api(client, bank, make).request("GET", "/metrics")).status == 404
    async with TestClient(TestServer(create_metrics_app(bank))) as client:
        api = Api(client, bank, make)
        assert (await scrape(api)).value("database_up") == 1
        assert (await api.request("GET", "/v1/accounts")).status == 404
