"""Every refusal there is."""

import inspect

import pytest

from bankapp.domain import errors
from bankapp.domain.errors import REFUSALS, Refusal, Sort

# A refusal is kept under a key as its code, so a code that any release has kept stays known.
KEPT_CODES = """
    account_closed account_exists account_frozen already_reversed balance_limit_exceeded
    batch_refused capture_exceeds_hold currency_mismatch email_taken hold_not_open
    insufficient_funds not_found not_reversible reversal_exceeds_transfer same_account
    username_taken
"""
EVERY_REFUSAL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, Refusal) and kind is not Refusal
]


def test_the_table_of_refusals_is_complete() -> None:
    assert {kind.code: kind for kind in EVERY_REFUSAL} == REFUSALS
    assert len(REFUSALS) == len(EVERY_REFUSAL)


@pytest.mark.parametrize("code", KEPT_CODES.split())
def test_a_refusal_that_was_kept_is_known(code: str) -> None:
    assert code in REFUSALS


@pytest.mark.parametrize("kind", EVERY_REFUSAL, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_sort_a_remedy_and_a_message(kind: type[Refusal]) -> None:
    assert isinstance(kind.sort, Sort)
    assert kind.remedy.endswith(".")
    assert kind.message().endswith(".")


def test_every_sort_has_a_refusal() -> None:
    assert {kind.sort for kind in EVERY_REFUSAL} == set(Sort)


def test_only_what_passes_is_worth_another_try() -> None:
    """A client may repeat such a request until it succeeds, so no mistake of a client is one."""
    passing = {Sort.LIMITED, Sort.UNAVAILABLE}
    assert all(kind.retryable == (kind.sort in passing) for kind in EVERY_REFUSAL)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.NotFound, "not_found"),
        (errors.IdempotencyKeyReused, "idempotency_key_reused"),
    ],
)
def test_a_code_follows_from_the_name(kind: type[Refusal], code: str) -> None:
    assert kind.code == code


def test_a_refusal_says_its_sort_or_is_none() -> None:
    with pytest.raises(TypeError):
        type("Nameless", (Refusal,), {})
