"""The bank's answers while its database is gone."""

from bankapp import tuning
from bankapp.store.engine.transaction import Pool
from tests.api.client import Answer, Api
from tests.api.conftest import DatabaseAccess
from tests.api.contract import PROBLEM


def check_unavailable(answer: Answer) -> None:
    """The answer tells when to try again, and nothing of the reason."""
    assert (answer.status, answer.code) == (503, "unavailable")
    assert set(answer.body) == PROBLEM
    assert answer.body["retryable"] is True
    assert int(answer.headers["Retry-After"]) >= 1


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
    answers = [await alice.get("/v1/accounts") for _ in range(2 * tuning.CONNECTION_COUNT_MAX)]
    for answer in answers:
        if answer.status != 200:
            check_unavailable(answer)
    assert answers[-1].status == 200
    assert (await api.request("GET", "/readyz")).status == 200
