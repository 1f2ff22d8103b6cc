"""The publisher to Kafka, broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant

_PUBLISHER: Final = "bankapp/publisher/publisher.py"
_TOPIC: Final = "bankapp/publisher/topic.py"
_QUERIES: Final = "gen/feed_consumers.py"
_STORE: Final = "tests/store/events/test_consumers.py"
_TEST: Final = "tests/publisher/test_publisher.py"
_PROCESSES: Final = "tests/publisher/test_processes.py"


def _code(name: str, path: str, old: str, new: str, tests: str) -> CodeMutant:
    return CodeMutant(name=name, path=path, old=old, new=new, tests=tests)


MUTANTS: Final[list[CodeMutant]] = [
    _code(
        "the row tells where to go on, not the topic",
        _PUBLISHER,
        "last_in_order(tail, self._unsure) or self._lease.place",
        "self._lease.place",
        f"{_TEST} -k topic_tells",
    ),
    _code(
        "an empty topic is filled from the beginning",
        _PUBLISHER,
        "last_in_order(tail, self._unsure) or self._lease.place",
        "last_in_order(tail, self._unsure) or Place(1, 0)",
        f"{_TEST} -k empty_topic",
    ),
    _code(
        "a gap in a batch is passed over",
        _PUBLISHER,
        "            return begin[-1] if begin else unsure.before\n",
        "            pass\n",
        f"{_TEST} -k last_in_order",
    ),
    _code(
        "what an operator asks for is not done",
        _PUBLISHER,
        "if self._lease.is_set_back:\n            place",
        "if False:\n            place",
        f"{_PROCESSES} -k operator",
    ),
    _code(
        "an old epoch is gone on with",
        _PUBLISHER,
        "if place.epoch < end.epoch:",
        "if False:",
        f"{_PROCESSES} -k epoch_goes_on",
    ),
    _code(
        "a place is noted that is behind the known one",
        _PUBLISHER,
        "(place.epoch, place.position) > (known.epoch, known.position)",
        "place != known",
        f"{_TEST} -k lost_at_the_end",
    ),
    _code(
        "a topic of others is written to",
        _TOPIC,
        "    except ValueError:\n        raise",
        "    except ValueError:\n        return Place(1, 0)\n        raise",
        f"{_TEST} -k foreign",
    ),
    _code(
        "what was not acknowledged counts as written",
        _TOPIC,
        "        if self._errors:\n",
        "        if False:\n",
        f"{_PROCESSES} -k hangs",
    ),
    _code(
        "a lease is taken while another has it",
        _QUERIES,
        "AND (leased_until IS NULL OR leased_until <= now())",
        "",
        f"{_STORE} -k one_has",
    ),
    _code(
        "who lost the lease notes a place",
        _QUERIES,
        "WHERE name = $4\n    AND lease_token = $5",
        "WHERE name = $4\n    AND $5::uuid IS NOT NULL",
        f"{_STORE} -k who_lost",
    ),
]
