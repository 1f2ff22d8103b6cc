"""The answer to each SQLSTATE that PostgreSQL knows, stated apart from the code."""

from typing import Final

import psycopg
import pytest
from psycopg import errors as pg

from bankapp.api.http.problems import problem_response
from bankapp.domain import errors
from bankapp.store.engine.transaction import Pool, Transactions
from tests.store.engine.test_transaction import Loser

# (status, retryable, whether it is known that nothing has happened, how often it runs)
UNKNOWN: Final = (503, True, False, 1)
READ_ONLY: Final = (503, True, False, 1)
LOST: Final = (503, True, True, 2)
BUG: Final = (500, False, True, 1)

EVERY_STATE_OF: Final = {
    "08": {
        "08000": UNKNOWN,
        "08001": UNKNOWN,
        "08003": UNKNOWN,
        "08004": UNKNOWN,
        "08006": UNKNOWN,
        "08007": UNKNOWN,
        "08P01": UNKNOWN,
    },
    "25": {
        "25000": BUG,
        "25001": BUG,
        "25002": BUG,
        "25003": BUG,
        "25004": BUG,
        "25005": BUG,
        "25006": READ_ONLY,
        "25007": BUG,
        "25008": BUG,
        "25P01": BUG,
        "25P02": BUG,
        "25P03": UNKNOWN,
        "25P04": UNKNOWN,
    },
    "28": {"28000": UNKNOWN, "28P01": UNKNOWN},
    "3D": {"3D000": UNKNOWN},
    "40": {"40000": LOST, "40001": LOST, "40002": BUG, "40003": UNKNOWN, "40P01": LOST},
    "53": {
        "53000": UNKNOWN,
        "53100": UNKNOWN,
        "53200": UNKNOWN,
        "53300": UNKNOWN,
        "53400": UNKNOWN,
    },
    "55": {"55000": BUG, "55006": BUG, "55P02": BUG, "55P03": LOST, "55P04": BUG},
    "57": {
        "57000": UNKNOWN,
        "57014": UNKNOWN,
        "57P01": UNKNOWN,
        "57P02": UNKNOWN,
        "57P03": UNKNOWN,
        "57P04": UNKNOWN,
        "57P05": UNKNOWN,
    },
    "58": {
        "58000": UNKNOWN,
        "58030": UNKNOWN,
        "58P01": UNKNOWN,
        "58P02": UNKNOWN,
        "58P03": UNKNOWN,
    },
    "72": {"72000": LOST},
}
# Wrong statements, broken rules, broken data: nothing that passes. A violated rule that has a
# refusal of its own is named by its constraint, not by its SQLSTATE.
CLASSES_OF_BUGS: Final = frozenset(
    (
        *("02", "03", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24"),
        *("26", "27", "2B", "2D", "2F", "34", "38", "39", "3B", "3F", "42", "44", "54", "F0", "HV"),
        *("P0", "XX"),
    )
)
STATES: Final = {
    error.sqlstate: error
    for error in vars(pg).values()
    if isinstance(error, type) and issubclass(error, psycopg.Error) and error.sqlstate
}


def test_every_class_is_decided() -> None:
    """Goal: a SQLSTATE that a later psycopg knows is decided, too."""
    assert len(STATES) > 200
    assert {state[:2] for state in STATES} == CLASSES_OF_BUGS | EVERY_STATE_OF.keys()
    for class_, states in EVERY_STATE_OF.items():
        assert {state for state in STATES if state[:2] == class_} == states.keys()


async def test_the_answer_to_each_sqlstate(pool: Pool, subtests: pytest.Subtests) -> None:
    for state, error in STATES.items():
        expected = EVERY_STATE_OF.get(state[:2], {}).get(state, BUG)
        with subtests.test(state):
            assert await answer_to(pool, error()) == expected


async def answer_to(pool: Pool, error: psycopg.Error) -> tuple[int, bool, bool, int]:
    """The answer to a request whose statement fails so, with one retry allowed."""
    loser = Loser(error, 2)
    with pytest.raises((errors.Refusal, psycopg.Error)) as raised:
        await Transactions(pool, retry_count_max=1).run(loser)
    refusal = raised.value
    if not isinstance(refusal, errors.Refusal):
        refusal = errors.InternalError()
    answer = problem_response(refusal, "1")
    assert ("Retry-After" in answer.headers) == refusal.retryable
    is_undone = refusal.is_undone if isinstance(refusal, errors.Unavailable) else True
    return answer.status, refusal.retryable, is_undone, loser.runs
