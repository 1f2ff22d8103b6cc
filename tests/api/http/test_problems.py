"""The table of refusals and the answers made from it."""

import importlib
import json
import pkgutil
import re
from http import HTTPStatus
from typing import Any

import pytest

import bankapp
from bankapp.api.http.problems import problem_response
from bankapp.api.problems import REFUSALS, RouteNotFound, status_of
from bankapp.domain import errors
from tests.api.client import Api
from tests.api.conftest import Connection
from tests.api.contract import PROBLEM


def refusals() -> list[type[errors.Refusal]]:
    """Every class of refusal of the bank, in all modules."""
    for module in pkgutil.walk_packages(bankapp.__path__, "bankapp."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[errors.Refusal]] = []
    waiting = errors.Refusal.__subclasses__()
    while waiting:
        refusal = waiting.pop()
        waiting += refusal.__subclasses__()
        if refusal.__module__.startswith("bankapp.") and refusal not in found:
            found.append(refusal)
    return sorted(found, key=lambda refusal: refusal.__name__)


def test_every_refusal_has_one_status() -> None:
    assert set(REFUSALS) == set(refusals())
    assert all(400 <= status_of(refusal) < 600 for refusal in REFUSALS)


def test_every_code_is_of_one_refusal() -> None:
    codes = [refusal.code for refusal in refusals() if refusal is not RouteNotFound]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_explains_itself(refusal: type[errors.Refusal]) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", refusal.code)
    assert "__doc__" in vars(refusal)
    message = refusal.message()
    assert message == message.strip()
    assert "\n" not in message
    assert message.endswith(".")
    assert refusal().detail == message
    assert refusal("Just so.").detail == "Just so."


def answer_to(refusal: errors.Refusal) -> tuple[Any, dict[str, str]]:
    response = problem_response(refusal, "the-id")
    assert isinstance(response.body, bytes)
    assert response.content_type == "application/problem+json"
    body = json.loads(response.body)
    assert response.status == body["status"] == status_of(refusal)
    return body, dict(response.headers)


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_every_refusal_is_a_problem(refusal: type[errors.Refusal]) -> None:
    body, headers = answer_to(refusal())
    assert set(body) == PROBLEM
    assert body["type"] == f"/problems/{refusal.code}"
    assert body["title"] == body["detail"] == refusal.message()
    assert body["code"] == refusal.code
    assert body["request_id"] == "the-id"
    assert body["retryable"] is refusal.retryable
    assert ("WWW-Authenticate" in headers) == (body["status"] == HTTPStatus.UNAUTHORIZED)
    assert ("Retry-After" in headers) == (
        body["status"] in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
    )


def test_violations_are_told_in_their_order() -> None:
    violations = [errors.Violation("b", "is wrong"), errors.Violation("a", "is missing")]
    body, _ = answer_to(errors.ValidationFailed(violations=violations))
    assert set(body) == PROBLEM | {"errors"}
    assert body["errors"] == [
        {"field": "b", "message": "is wrong"},
        {"field": "a", "message": "is missing"},
    ]


def test_only_what_is_worth_another_try_is_retryable() -> None:
    retryable = [refusal.code for refusal in refusals() if refusal.retryable]
    assert retryable == ["deadline_passed", "rate_limited", "unavailable"]


async def test_an_internal_error_tells_nothing(api: Api, connection: Connection) -> None:
    """A bug answers 500 with the request's id, and with no word of the driver or the schema."""
    alice = await api.person()
    source = await api.make.account(owner=alice.username, balance=10)
    target = await api.make.account()
    connection.execute("ALTER FUNCTION post_transfers RENAME TO gone")
    connection.commit()
    answer = await alice.transfer(source, target, 1)
    assert (answer.status, answer.code) == (500, "internal_error")
    assert "post_transfers" not in str(answer.body)
