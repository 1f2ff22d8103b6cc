"""Proving an e-mail address."""

import asyncio

import pytest

from tests.api.client import Answer, Api
from tests.api.conftest import Connection
from tests.api.contract import same_but_for_request_id
from tests.factories import PASSWORD
from tests.job_runner import JobRunner, code_of
from tests.mail_server import text_of

ALICE = {
    "username": "alice",
    "password": PASSWORD,
    "full_name": "Alice <b>Liddell</b>",
    "email": "alice@example.com",
}


async def sign_up(api: Api) -> None:
    assert (await api.request("POST", "/v1/users", json=ALICE)).status == 201


async def verify(api: Api, email_id: int, secret_code: str) -> Answer:
    body = {"email_id": email_id, "secret_code": secret_code}
    return await api.request("POST", "/v1/verify_email", json=body)


async def is_verified(api: Api) -> bool:
    alice = await api.log_in("alice")
    return bool((await alice.get("/v1/users/alice")).body["is_email_verified"])


async def test_sign_up_mails_a_code_that_works_once(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    [message] = await job_runner.deliver()
    assert message["To"] == "alice@example.com"
    assert "<b>" not in text_of(message, "html").replace("&lt;b&gt;", "")
    code = code_of(message)
    assert not await is_verified(api)
    answer = await verify(api, *code)
    assert (answer.status, answer.body) == (200, {"is_verified": True})
    assert await is_verified(api)
    assert (await verify(api, *code)).code == "not_found"


async def test_a_code_used_ten_times_at_once_works_once(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    [message] = await job_runner.deliver()
    answers = await asyncio.gather(*(verify(api, *code_of(message)) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [404] * 9


async def test_a_sign_up_that_is_refused_mails_nothing(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    await job_runner.deliver()
    answer = await api.request("POST", "/v1/users", json={**ALICE, "username": "other"})
    assert answer.code == "email_taken"
    assert await job_runner.deliver() == []


async def test_a_wrong_code_is_told_from_nothing(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    [message] = await job_runner.deliver()
    email_id, code = code_of(message)
    wrong = [(email_id, code[:-1]), (email_id, code + "x"), (email_id, code.swapcase())]
    wrong += [(email_id + 1, code), (email_id, "x"), (2**63 - 1, "\0")]
    answers = [await verify(api, *pair) for pair in wrong]
    assert answers[0].code == "not_found"
    assert same_but_for_request_id(*answers)
    assert (await verify(api, email_id, code)).status == 200


@pytest.mark.parametrize(
    ("age", "status"), [("14 minutes 50 seconds", 200), ("15 minutes 1 second", 404)]
)
async def test_a_code_works_for_15_minutes(
    api: Api, job_runner: JobRunner, connection: Connection, age: str, status: int
) -> None:
    await sign_up(api)
    [message] = await job_runner.deliver()
    connection.execute(
        "UPDATE email_verifications SET expires_at = expires_at - %s::interval", [age]
    )
    connection.commit()
    assert (await verify(api, *code_of(message))).status == status


async def test_the_code_is_nowhere_to_be_read(api: Api, connection: Connection) -> None:
    """Neither the table nor the queue nor the trail holds a code that works."""
    await sign_up(api)
    dump = ""
    for table in ("email_verifications", "procrastinate.procrastinate_jobs", "audit_events"):
        rows = connection.execute(f"SELECT t::text FROM {table} AS t".encode()).fetchall()
        dump += str(rows)
    [(arguments,)] = connection.execute(
        "SELECT args->>'sealed_code' FROM procrastinate.procrastinate_jobs"
    ).fetchall()
    code = api.bank.codes.open(str(arguments))
    assert str(arguments) in dump
    assert code not in dump


async def test_looking_at_the_page_proves_nothing(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    [message] = await job_runner.deliver()
    email_id, code = code_of(message)
    path = f"/v1/verify_email?email_id={email_id}&secret_code={code}"
    for _ in range(2):
        page = await api.request("GET", path)
        assert page.status == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert code in page.body
        assert "<button" in page.body
    assert not await is_verified(api)


async def test_the_page_takes_no_script(api: Api) -> None:
    attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    page = await api.request("GET", f"/v1/verify_email?email_id=1&secret_code={attack}")
    assert page.status == 200
    assert "<script>alert" not in page.body
    missing = await api.request("GET", "/v1/verify_email")
    assert missing.wrong_fields == {"email_id", "secret_code"}


async def test_the_code_can_be_sent_again(api: Api, job_runner: JobRunner) -> None:
    await sign_up(api)
    alice = await api.log_in("alice")
    [first] = await job_runner.deliver()
    again = await alice.post("/v1/users/alice/verification")
    assert (again.status, again.body) == (202, {})
    [second] = await job_runner.deliver()
    assert code_of(first) != code_of(second)
    assert (await verify(api, *code_of(second))).status == 200
    assert (await alice.post("/v1/users/alice/verification")).status == 202
    assert await job_runner.deliver() == []


async def test_a_changed_address_is_proved_anew_and_the_old_one_told(
    api: Api, job_runner: JobRunner
) -> None:
    await sign_up(api)
    [welcome] = await job_runner.deliver()
    alice = await api.log_in("alice")
    change = {"email": "new@example.com", "current_password": PASSWORD}
    assert (await alice.patch("/v1/users/alice", **change)).status == 200
    mails = {message["To"]: message for message in await job_runner.deliver()}
    assert set(mails) == {"alice@example.com", "new@example.com"}
    assert "new@example.com" not in text_of(mails["alice@example.com"])
    assert (await verify(api, *code_of(welcome))).code == "not_found"
    assert not await is_verified(api)
    assert (await verify(api, *code_of(mails["new@example.com"]))).status == 200
    assert await is_verified(api)


async def test_an_old_code_proves_nothing_when_the_address_comes_back_later(
    api: Api, job_runner: JobRunner
) -> None:
    """It was mailed there, so it does prove it; but never an address it was not mailed to."""
    await sign_up(api)
    [welcome] = await job_runner.deliver()
    alice = await api.log_in("alice")
    for email in ("new@example.com", "alice@example.com"):
        change = {"email": email, "current_password": PASSWORD}
        assert (await alice.patch("/v1/users/alice", **change)).status == 200
    assert (await verify(api, *code_of(welcome))).status == 200


async def test_an_encoded_word_is_no_address(api: Api) -> None:
    """It would be decoded in the header of the mail to it."""
    for email in ("=?utf-8?q?x=0d=0abcc=3aevil?=@example.com", "a=?b@example.com"):
        answer = await api.request("POST", "/v1/users", json={**ALICE, "email": email})
        assert answer.wrong_fields == {"email"}


async def test_the_address_does_not_change_under_the_code(
    api: Api, job_runner: JobRunner, connection: Connection
) -> None:
    """Goal: a code verifies only its own address. Method: the address changes under the code."""
    await sign_up(api)
    [message] = await job_runner.deliver()
    connection.execute("UPDATE users SET email = 'ceo@example.org' WHERE username = 'alice'")
    proving = asyncio.create_task(verify(api, *code_of(message)))
    await asyncio.sleep(0.2)
    connection.commit()
    assert (await proving).code == "not_found"
    assert not await is_verified(api)
