"""Setting a forgotten password."""

import re

import pytest

from tests.api.client import Answer, Api
from tests.api.conftest import Connection
from tests.api.contract import same_but_for_request_id
from tests.factories import PASSWORD
from tests.job_runner import JobRunner
from tests.mail_server import text_of

NEW_PASSWORD = "tr0mbone-Fjord-lamp"


async def ask(api: Api, email: str) -> Answer:
    return await api.request("POST", "/v1/password_resets", json={"email": email})


async def confirm(api: Api, token: str, password: str = NEW_PASSWORD) -> Answer:
    body = {"token": token, "password": password}
    return await api.request("POST", "/v1/password_resets/confirm", json=body)


async def log_in(api: Api, password: str) -> int:
    body = {"username": "alice", "password": password}
    return (await api.request("POST", "/v1/users/login", json=body)).status


async def mailed_code(api: Api, job_runner: JobRunner) -> str:
    """Alice's code."""
    assert (await ask(api, "alice@example.com")).status == 202
    [message] = await job_runner.deliver()
    assert message["To"] == "alice@example.com"
    [code] = re.findall(r"^[\w-]{43}$", text_of(message), re.MULTILINE)
    return str(code)


async def test_a_new_password_ends_all_sessions(api: Api, job_runner: JobRunner) -> None:
    alice = await api.person("alice")
    code = await mailed_code(api, job_runner)
    answer = await confirm(api, code)
    assert (answer.status, answer.body) == (204, "")
    assert (await alice.get("/v1/users/alice")).code == "unauthenticated"
    assert (await log_in(api, PASSWORD), await log_in(api, NEW_PASSWORD)) == (401, 200)
    assert (await confirm(api, code, PASSWORD)).code == "not_found"


async def test_a_reset_takes_no_password_of_the_users_names(
    api: Api, job_runner: JobRunner
) -> None:
    """Goal: the rule of a sign-up. Method: a password that only the user's name makes easy."""
    alice = await api.person("alice")
    password = "Wolfeschlegelsteinhausen"
    await alice.patch("/v1/users/alice", full_name=password)
    assert (
        await confirm(api, await mailed_code(api, job_runner), password)
    ).code == "weak_password"
    await alice.patch("/v1/users/alice", full_name="Alice")
    assert (await confirm(api, await mailed_code(api, job_runner), password)).status == 204


async def test_a_reset_does_not_reveal_the_user_of_an_address(
    api: Api, job_runner: JobRunner
) -> None:
    await api.make.user("alice")
    known, unknown = await ask(api, "Alice@Example.com"), await ask(api, "nobody@example.com")
    assert known.status == 202
    assert known.body == unknown.body == {}
    assert known.headers.keys() == unknown.headers.keys()
    [message] = await job_runner.deliver()
    assert message["To"] == "alice@example.com"


async def test_a_code_does_not_outlive_the_next_password(api: Api, job_runner: JobRunner) -> None:
    await api.make.user("alice")
    first, second = await mailed_code(api, job_runner), await mailed_code(api, job_runner)
    assert (await confirm(api, second)).status == 204
    assert (await confirm(api, first, PASSWORD)).code == "not_found"


async def test_a_code_does_not_outlive_the_address(api: Api, job_runner: JobRunner) -> None:
    alice = await api.person("alice")
    code = await mailed_code(api, job_runner)
    change = {"email": "new@example.com", "current_password": PASSWORD}
    assert (await alice.patch("/v1/users/alice", **change)).status == 200
    assert (await confirm(api, code)).code == "not_found"


@pytest.mark.parametrize(
    ("age", "status"), [("14 minutes 50 seconds", 204), ("15 minutes 1 second", 404)]
)
async def test_a_code_works_for_15_minutes(
    api: Api, job_runner: JobRunner, connection: Connection, age: str, status: int
) -> None:
    await api.make.user("alice")
    code = await mailed_code(api, job_runner)
    connection.execute("UPDATE password_resets SET expires_at = expires_at - %s::interval", [age])
    connection.commit()
    assert (await confirm(api, code)).status == status


async def test_invalid_confirmations_of_a_reset(api: Api, job_runner: JobRunner) -> None:
    await api.make.user("alice")
    code = await mailed_code(api, job_runner)
    wrong = [await confirm(api, text) for text in (code[:-1], code + "x", "x", "\0")]
    assert wrong[0].code == "not_found"
    assert same_but_for_request_id(*wrong)
    assert (await confirm(api, "")).wrong_fields == {"token"}
    assert (await confirm(api, "x" * 129)).wrong_fields == {"token"}
    assert (await confirm(api, code, "short")).wrong_fields == {"password"}
    assert (await confirm(api, code, "password1")).code == "weak_password"
    assert (await confirm(api, code)).status == 204


async def test_the_mail_leads_to_a_page(api: Api, job_runner: JobRunner) -> None:
    await api.make.user("alice")
    await ask(api, "alice@example.com")
    [message] = await job_runner.deliver()
    [path] = re.findall(r"^https://bank\.example\.org(/\S+)$", text_of(message), re.MULTILINE)
    for _ in range(2):
        page = await api.request("GET", path)
        assert page.status == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        [code] = re.findall(r'data-token="([\w-]{43})"', page.body)
        assert code in text_of(message)
    assert (await confirm(api, path.rpartition("=")[2])).status == 204


async def test_the_page_takes_no_script(api: Api) -> None:
    attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    page = await api.request("GET", f"/v1/password_resets/confirm?token={attack}")
    assert page.status == 200
    assert "<script>alert" not in page.body
