"""Declaring operations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bankapp.domain import errors
from bankapp.domain.idempotency import RequestKey
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder, Visitor
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.operation import (
    KeyRule,
    Operation,
    operation,
    public_operation,
    session_operation,
)
from bankapp.store.engine.idempotency import Answer

RATE = RateLimit("test", 1, timedelta(minutes=1))
OF_PROCESS = replace(RATE, by=("caller",), per_process=True)


class Question(RequestModel):
    word: str


class Reply(ResponseModel):
    word: str


async def visit(bank: Bank, visitor: Visitor, request: Question) -> Reply:
    """For anyone."""
    return Reply(word=request.word)


async def visit_once(
    bank: Bank, visitor: Visitor, request: Question, key: RequestKey | None
) -> Answer[Reply]:
    """For anyone, once."""
    return Answer(Reply(word=request.word))


async def call(bank: Bank, caller: Caller, request: Question) -> Reply:
    """For users."""
    return Reply(word=request.word)


async def call_once(
    bank: Bank, caller: Caller, request: Question, key: RequestKey | None
) -> Answer[Reply]:
    """For users, once."""
    return Answer(Reply(word=request.word))


async def hold(bank: Bank, holder: SessionHolder, request: Question) -> Reply:
    """For who has a session."""
    return Reply(word=request.word)


UNKNOWN = (errors.Unauthenticated, errors.TokenExpired)


@pytest.mark.parametrize(
    ("declared", "role", "refuses"),
    [
        pytest.param(public_operation()(visit), None, (), id="for anyone"),
        pytest.param(operation()(call), Role.DEPOSITOR, UNKNOWN, id="for users"),
        pytest.param(session_operation()(hold), Role.DEPOSITOR, UNKNOWN, id="for sessions"),
        pytest.param(
            operation(role=Role.BANKER)(call),
            Role.BANKER,
            (*UNKNOWN, errors.Forbidden),
            id="for bankers",
        ),
        pytest.param(
            public_operation(limits=(RATE,))(visit), None, (errors.RateLimited,), id="limited"
        ),
        pytest.param(
            session_operation(limits=(OF_PROCESS,))(hold),
            Role.DEPOSITOR,
            (*UNKNOWN, errors.RateLimited),
            id="limited in the process",
        ),
        pytest.param(
            operation(needs_verified_email=True)(call),
            Role.DEPOSITOR,
            (*UNKNOWN, errors.EmailNotVerified),
            id="for proved addresses",
        ),
        pytest.param(
            operation(idempotent=True, refuses=(errors.NotFound,))(call_once),
            Role.DEPOSITOR,
            (*UNKNOWN, errors.NotFound, errors.IdempotencyKeyReused),
            id="once under a key",
        ),
    ],
)
def test_refusals_follow_from_the_declaration(
    declared: Operation, role: Role | None, refuses: tuple[type[errors.Refusal], ...]
) -> None:
    assert declared.role is role
    assert set(declared.refuses) == set(refuses)
    assert len(declared.refuses) == len(refuses)


@pytest.mark.parametrize(
    ("declared", "is_idempotent"),
    [
        pytest.param(operation()(call), False, id="each time"),
        pytest.param(operation(idempotent=True)(call_once), True, id="once"),
    ],
)
def test_the_function_says_the_name_and_the_models(
    declared: Operation, *, is_idempotent: bool
) -> None:
    assert declared.name == ("call_once" if is_idempotent else "call")
    assert declared.request is Question
    assert declared.response is Reply
    assert declared.idempotent == is_idempotent
    assert not declared.checks_session


def test_only_one_kind_looks_at_the_session_by_itself() -> None:
    assert session_operation()(hold).checks_session


@pytest.mark.parametrize(
    "declare",
    [
        pytest.param(
            lambda: public_operation(idempotent=True)(visit_once), id="a visitor's key of nobody"
        ),
        pytest.param(
            lambda: session_operation(role=Role.BANKER)(hold), id="a role that is not looked at"
        ),
        pytest.param(
            lambda: session_operation(limits=(RATE,))(hold), id="a limit for ended sessions"
        ),
        pytest.param(
            lambda: operation(limits=(RATE,), count_tries=lambda _: 2)(call),
            id="many tries counted in the database",
        ),
        pytest.param(
            lambda: public_operation(limits=(replace(OF_PROCESS, by=("address",)),))(visit),
            id="visitors counted in the process",
        ),
    ],
)
def test_declarations_that_are_refused(declare: Callable[[], Any]) -> None:
    with pytest.raises(AssertionError):
        declare()


def test_a_visitors_key_has_a_scope() -> None:
    rule = KeyRule(scope=lambda request: f"about {request.word}")
    declared = public_operation(idempotent=True, key_rule=rule)(visit_once)
    assert declared.key_rule.scope is not None
    assert declared.key_rule.scope(Question(word="x")) == "about x"
