"""Every refusal of the bank arrives as its exception."""

import pytest

from bankapp.api.http.problems import problem_response
from bankapp.api.problems import REFUSALS, status_of
from bankapp.domain import errors
from bankapp_client import Problem, Retries, problems
from client_tests.clients import Connect
from client_tests.fake_bank import Answer, FakeBank


def test_every_code_has_its_class() -> None:
    assert problems.BY_CODE.keys() == {refusal.code for refusal in REFUSALS}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
async def test_every_refusal_arrives(
    connect: Connect, fake_bank: FakeBank, refusal: type[errors.Refusal]
) -> None:
    response = problem_response(refusal(), "the-request")
    assert isinstance(response.body, bytes)
    fake_bank.last = Answer(response.status, response.body)
    with pytest.raises(Problem) as raised:
        await connect(fake_bank.url, retries=Retries(count_max=0)).ask("check_health")
    problem = raised.value
    assert type(problem) is problems.BY_CODE[refusal.code]
    assert problem.__doc__ == problem.title or refusal.code == errors.NotFound.code
    assert problem.detail == refusal.message()
    assert (problem.status, problem.retryable) == (status_of(refusal), refusal.retryable)
    assert problem.request_id == "the-request"
    assert problem.violations == ()
