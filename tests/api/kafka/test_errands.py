"""A record is done when all that is to be written about it is written, and not before."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from bankapp import tuning
from bankapp.api.kafka.errand import Errand, NotTaken, NotWritten
from bankapp.api.kafka.lanes import Lane
from bankapp.api.kafka.letters import Letter
from bankapp.api.kafka.record import Record

RECORD = Record(topic="commands", partition=0, offset=7, value=b"{}", headers=[], time=None)
REPLY = Letter(topic="bank.replies.a", value=b"x" * 10_000, headers=[])
DEAD = Letter(topic="dead", value=b"command", headers=[])
SMALL = Letter(topic="bank.replies.a", value=b"answer_too_large", headers=[])


@dataclass
class Service:
    """Answers with these letters; None is `try again`."""

    letters: Sequence[Letter] | None
    serve_count: int = 0

    async def serve(self, record: Record) -> list[Letter] | None:
        """The letters."""
        self.serve_count += 1
        return None if self.letters is None else [*self.letters]

    def give_up(self, record: Record, letter: Letter, problem: str, *, is_large: bool) -> Letter:
        """Another letter."""
        return SMALL if is_large else DEAD


@dataclass
class Brokers:
    """Takes letters, after it has refused with these errors."""

    errors: list[Exception] = field(default_factory=list[Exception])
    taken: list[Letter] = field(default_factory=list[Letter])

    async def write(self, letter: Letter) -> None:
        """Take a letter or raise."""
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(letter)


async def test_a_reply_that_is_not_acknowledged_is_written_again_and_nothing_is_done_again() -> (
    None
):
    service, brokers = Service([DEAD, REPLY]), Brokers([NotWritten("away"), NotWritten("away")])
    errand = Errand(service, brokers.write, "dead")
    assert not await errand.attempt(RECORD)
    assert not await errand.attempt(RECORD)
    assert await errand.attempt(RECORD)
    assert (service.serve_count, brokers.taken) == (1, [DEAD, REPLY])
    assert await errand.attempt(replace(RECORD, offset=8))
    assert service.serve_count == 2


async def test_what_is_not_served_is_tried_again() -> None:
    service, brokers = Service(None), Brokers()
    errand = Errand(service, brokers.write, "dead")
    assert not await errand.attempt(RECORD)
    service.letters = [REPLY]
    assert await errand.attempt(RECORD)
    assert brokers.taken == [REPLY]


@pytest.mark.parametrize(
    ("error", "taken"),
    [
        pytest.param(NotTaken("UNKNOWN_TOPIC", is_large=False), DEAD, id="a topic that is gone"),
        pytest.param(NotTaken("MSG_SIZE_TOO_LARGE", is_large=True), SMALL, id="a large answer"),
    ],
)
async def test_another_letter_is_written_for_one_that_brokers_do_not_take(
    error: NotTaken, taken: Letter
) -> None:
    brokers = Brokers([error])
    assert await Errand(Service([REPLY]), brokers.write, "dead").attempt(RECORD)
    assert brokers.taken == [taken]


async def test_a_small_letter_that_is_too_large_is_dead() -> None:
    brokers = Brokers([NotTaken("MSG_SIZE_TOO_LARGE", is_large=True)] * 2)
    assert await Errand(Service([REPLY]), brokers.write, "dead").attempt(RECORD)
    assert brokers.taken == [DEAD]


async def test_a_dead_letter_goes_without_its_value_or_waits() -> None:
    brokers = Brokers([NotTaken("MSG_SIZE_TOO_LARGE", is_large=True)])
    assert await Errand(Service([DEAD]), brokers.write, "dead").attempt(RECORD)
    assert brokers.taken == [replace(DEAD, value=b"")]
    refusing = Brokers([NotTaken("TOPIC_AUTHORIZATION_FAILED", is_large=False)])
    assert not await Errand(Service([DEAD]), refusing.write, "dead").attempt(RECORD)


async def test_a_lane_goes_on_only_behind_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goal: a record that fails, or raises, is tried until it is done; the next one waits."""
    monkeypatch.setattr(tuning, "COMMAND_RETRY_DELAY_MIN_S", 0.001)
    outcomes: list[object] = [False, ValueError("a bug"), True, True]
    tried: list[int] = []
    done: list[int] = []
    finished = asyncio.Event()

    async def attempt(record: Record) -> bool:
        tried.append(record.offset)
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome is True

    def note(record: Record) -> None:
        done.append(record.offset)
        if len(done) == 2:
            finished.set()

    lane = Lane(attempt, note)
    for offset in (1, 2):
        lane.put(replace(RECORD, offset=offset))
    async with asyncio.timeout(10):
        await finished.wait()
    await lane.end()
    assert (tried, done) == ([1, 1, 1, 2], [1, 2])


async def test_a_lane_that_ends_finishes_what_it_has_begun() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def attempt(_: Record) -> bool:
        begun.set()
        await may_end.wait()
        return True

    lane = Lane(attempt, lambda record: done.append(record.offset))
    for offset in (1, 2):
        lane.put(replace(RECORD, offset=offset))
    await begun.wait()
    ending = asyncio.create_task(lane.end())
    await asyncio.sleep(0)
    may_end.set()
    await ending
    assert done == [1]


async def test_a_lane_that_ends_waits_no_longer_than_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning, "COMMAND_FINISH_TIMEOUT_S", 0.01)
    done: list[int] = []

    async def attempt(_: Record) -> bool:
        await asyncio.Event().wait()
        return True

    lane = Lane(attempt, lambda record: done.append(record.offset))
    lane.put(RECORD)
    await asyncio.sleep(0)
    await lane.end()
    assert done == []
