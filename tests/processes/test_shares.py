"""The distribution of connections among several processes."""

import os
from collections.abc import Generator

import pytest

from bankapp.api.shares import Shares


@pytest.fixture
def memory() -> Generator[int]:
    memory = Shares.allocate(3)
    yield memory
    os.close(memory)


@pytest.mark.parametrize(
    ("counts", "is_too_many"),
    [
        pytest.param([1, 0, 0], False, id="one more than another"),
        pytest.param([2, 0, 0], True, id="two more"),
        pytest.param([2, 0, 5], True, id="two more than one, fewer than the other"),
        pytest.param([25, 22, 22], False, id="hardly more, of many"),
        pytest.param([26, 22, 22], True, id="clearly more, of many"),
    ],
)
def test_a_process_with_more_connections_waits(
    memory: int, counts: list[int], *, is_too_many: bool
) -> None:
    for slot in (1, 2):
        Shares(memory, slot).exceeds(counts[slot])
    assert Shares(memory, 0).exceeds(counts[0]) is is_too_many


def test_a_single_process_does_not_wait() -> None:
    memory = Shares.allocate(1)
    assert not Shares(memory, 0).exceeds(10_000)
    os.close(memory)
