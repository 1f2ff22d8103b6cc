"""Processes that serve commands: killed, and with brokers that are away."""

import signal
from pathlib import Path

import pytest

from bankapp.store.store import Store
from tests.api.kafka.kills import Plan, commanded_over_kills
from tests.brokers import KINDS, Broker, running
from tests.processes.processes import Served, until

KAFKA = {"BANK_KAFKA_SECURITY": "plaintext", "BANK_KAFKA_COMMANDS": "on"}


@pytest.mark.kafka_at_length
async def test_kills_lose_nothing_and_do_nothing_twice(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """Goal: each command once in the books, and a reply to each record.

    Method: commands, a fifth of them sent twice, to two processes, one of which is killed by
    SIGKILL. `python -m tests.api.kafka.storm` does it with 2,000 commands and 20 kills.
    """
    # noida-db never gives the partitions of a killed member to another.
    with running(KINDS[-1], tmp_path) as broker:
        plan = Plan(
            url=database_url,
            server=broker.server,
            directory=tmp_path,
            command_count=200,
            kill_count=1,
        )
        outcome = await commanded_over_kills(store, plan)
    assert outcome.is_right, outcome
    assert outcome.sent.total() > plan.command_count
    assert outcome.replay_count >= outcome.sent.total() - plan.command_count


def test_a_stop_does_not_wait_for_brokers_that_are_away(home: Path) -> None:
    with Served(home, BANK_KAFKA_SERVERS="127.0.0.1:1", **KAFKA) as served:
        served.wait()
        assert served.stop(signal.SIGTERM) == 0


def test_a_stop_does_not_wait_for_brokers_that_went_away(home: Path, own_broker: Broker) -> None:
    with Served(home, BANK_KAFKA_SERVERS=own_broker.server, **KAFKA) as served:
        served.wait()
        until(lambda: served.event("taking commands"))
        own_broker.stop()
        assert served.stop(signal.SIGTERM) == 0


def test_without_the_setting_no_command_is_taken(home: Path, broker: Broker) -> None:
    settings = {"BANK_KAFKA_SERVERS": broker.server, "BANK_KAFKA_SECURITY": "plaintext"}
    with Served(home, **settings) as served:
        served.wait()
        assert served.stop(signal.SIGTERM) == 0
        assert served.event("taking commands") is None
