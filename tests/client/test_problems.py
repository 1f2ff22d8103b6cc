"""Every refusal arrives as its exception."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bankapp.api.http.problems import REFUSALS, problem_response, status_of
from bankapp.domain import errors
from bankapp_client import Problem, Retries, Tokens, UnexpectedAnswer, Unreachable, problems
from tests.client.conftest import Connect

ONCE = Retries(count_max=0)


class Speaker:
    """Gives one answer to everything."""

    def __init__(self) -> None:
        self.answer = httpx2.Response(200)
        self.headers: dict[str, str] = {}
        self.url = ""

    def refuse(self, refusal: errors.Refusal) -> None:
        """Answer as the bank does."""
        response = problem_response(refusal, "the-request")
        assert isinstance(response.body, bytes)
        self.answer = httpx2.Response(response.status, content=response.body)

    async def handle(self, request: web.Request) -> web.Response:
        """The one answer."""
        return web.Response(
            status=self.answer.status_code,
            body=self.answer.content,
            headers={"Content-Type": "text/html", **self.headers},
        )


@pytest.fixture
async def speaker() -> AsyncGenerator[Speaker]:
    speaker = Speaker()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", speaker.handle)
    async with TestServer(app) as server:
        speaker.url = str(server.make_url(""))
        yield speaker


def test_every_code_has_its_class() -> None:
    codes = {refusal.code for refusal in REFUSALS}
    assert problems.BY_CODE.keys() == codes
    assert all(kind.code == code for code, kind in problems.BY_CODE.items())


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
async def test_every_refusal_arrives(
    connect: Connect, speaker: Speaker, refusal: type[errors.Refusal]
) -> None:
    speaker.refuse(refusal())
    with pytest.raises(Problem) as raised:
        await connect(speaker.url, retries=ONCE).ask("check_health")
    problem = raised.value
    assert type(problem) is problems.BY_CODE[refusal.code]
    assert problem.__doc__ == problem.title or refusal.code == errors.NotFound.code
    assert problem.detail == refusal.message()
    assert (problem.status, problem.retryable) == (status_of(refusal), refusal.retryable)
    assert problem.request_id == "the-request"
    assert problem.violations == ()


async def test_a_code_of_a_newer_bank_is_a_problem(connect: Connect, speaker: Speaker) -> None:
    speaker.refuse(errors.Forbidden())
    speaker.answer = httpx2.Response(
        403, content=speaker.answer.content.replace(b'"forbidden"', b'"moon_too_full"')
    )
    with pytest.raises(Problem, match="moon_too_full") as raised:
        await connect(speaker.url, retries=ONCE).ask("check_health")
    assert type(raised.value) is Problem


async def test_a_field_of_a_newer_bank_is_passed_over(connect: Connect, speaker: Speaker) -> None:
    speaker.answer = httpx2.Response(200, content=b'{"status": "ok", "moon": "full"}')
    health = await connect(speaker.url).ask("check_health")
    assert health.status == "ok"
    assert not hasattr(health, "moon")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx2.Response(500, content=b"<h1>Oops</h1>"), id="an error, not a problem"),
        pytest.param(httpx2.Response(200, content=b"<h1>Log in</h1>"), id="not JSON"),
        pytest.param(httpx2.Response(200, content=b'{"status": "hunter2"}'), id="not the model"),
    ],
)
async def test_who_is_no_bank(connect: Connect, speaker: Speaker, answer: httpx2.Response) -> None:
    speaker.answer = answer
    with pytest.raises(UnexpectedAnswer) as raised:
        await connect(speaker.url, retries=ONCE).ask("check_health")
    assert "hunter2" not in f"{raised.value}{raised.value.__cause__}"


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_a_call_without_an_answer_is_not_done_elsewhere(
    connect: Connect, speaker: Speaker, status: int
) -> None:
    """As of a proxy that leads from http:// to https://."""
    speaker.answer = httpx2.Response(status)
    speaker.headers = {"Location": "https://bank.example.org/"}
    client = connect(speaker.url, tokens=Tokens("access", "refresh"), retries=ONCE)
    with pytest.raises(UnexpectedAnswer, match=f"{status}: https://bank.example.org/"):
        await client.ask("log_out")


async def test_what_is_not_encoded_as_it_says(connect: Connect, speaker: Speaker) -> None:
    speaker.answer = httpx2.Response(200, content=b"no gzip")
    speaker.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(UnexpectedAnswer, match=r"GET http.*/healthz: DecodingError"):
        await connect(speaker.url, retries=ONCE).ask("check_health")


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://[", "bank.example.org"])
async def test_an_address_that_is_none(connect: Connect, url: str) -> None:
    with pytest.raises(Unreachable, match="/healthz"):
        await connect(url, retries=ONCE).ask("check_health")
