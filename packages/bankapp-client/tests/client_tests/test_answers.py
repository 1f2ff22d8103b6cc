"""Answers of a newer bank, and of servers that are not a bank."""

import pytest

from bankapp_client import Problem, Retries, Tokens, UnexpectedAnswer, Unreachable, problems
from client_tests.clients import Connect
from client_tests.fake_bank import Answer, FakeBank, problem

ONCE = Retries(count_max=0)


def test_every_code_has_its_class() -> None:
    assert all(kind.code == code for code, kind in problems.BY_CODE.items())
    assert problems.BY_CODE["not_found"] is problems.NotFound


async def test_a_refusal_is_an_exception(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.last = problem(403, "forbidden")
    with pytest.raises(problems.Forbidden) as raised:
        await connect(fake_bank.url, retries=ONCE).ask("check_health")
    refused = raised.value
    assert (refused.status, refused.retryable, refused.request_id) == (403, False, "id")
    assert (refused.title, refused.detail, refused.violations) == ("No.", "No, because.", ())
    assert str(refused) == "forbidden: No, because."


async def test_an_unknown_code_is_a_problem(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.last = problem(403, "code_of_a_newer_bank")
    with pytest.raises(Problem, match="code_of_a_newer_bank") as raised:
        await connect(fake_bank.url, retries=ONCE).ask("check_health")
    assert type(raised.value) is Problem


async def test_an_unknown_field_is_ignored(connect: Connect, fake_bank: FakeBank) -> None:
    fake_bank.last = Answer(200, b'{"status": "ok", "moon": "full"}')
    health = await connect(fake_bank.url).ask("check_health")
    assert health.status == "ok"
    assert not hasattr(health, "moon")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(500, b"<h1>Oops</h1>"), id="an error, not a problem"),
        pytest.param(Answer(200, b"<h1>Log in</h1>"), id="not JSON"),
        pytest.param(Answer(200, b'{"status": "hunter2"}'), id="not the model"),
    ],
)
async def test_an_unexpected_answer_is_not_shown(
    connect: Connect, fake_bank: FakeBank, answer: Answer
) -> None:
    fake_bank.last = answer
    with pytest.raises(UnexpectedAnswer) as raised:
        await connect(fake_bank.url, retries=ONCE).ask("check_health")
    assert "hunter2" not in f"{raised.value}{raised.value.__cause__}"


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_a_redirect_is_not_followed(
    connect: Connect, fake_bank: FakeBank, status: int
) -> None:
    """A proxy may redirect from http:// to https://; a token must not go elsewhere."""
    fake_bank.last = Answer(status, headers={"Location": "https://bank.example.org/"})
    client = connect(fake_bank.url, tokens=Tokens("access", "refresh"), retries=ONCE)
    with pytest.raises(UnexpectedAnswer, match=f"{status}: https://bank.example.org/"):
        await client.ask("log_out")


async def test_a_wrong_content_encoding_is_unexpected(
    connect: Connect, fake_bank: FakeBank
) -> None:
    fake_bank.last = Answer(200, b"no gzip", {"Content-Encoding": "gzip"})
    with pytest.raises(UnexpectedAnswer, match=r"GET http.*/healthz: DecodingError"):
        await connect(fake_bank.url, retries=ONCE).ask("check_health")


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://[", "bank.example.org"])
async def test_an_invalid_url_is_unreachable(connect: Connect, url: str) -> None:
    with pytest.raises(Unreachable, match="/healthz"):
        await connect(url, retries=ONCE).ask("check_health")


def test_tokens_are_not_shown() -> None:
    assert repr(Tokens("hunter1", "hunter2")) == "Tokens()"
