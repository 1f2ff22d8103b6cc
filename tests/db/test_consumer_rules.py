"""Consumers of the feed: forward only, unless an operator sets them back."""

from typing import Any, LiteralString

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]
SET: LiteralString = "UPDATE feed_consumers SET "


@pytest.fixture
def consumer(connection: Connection) -> Connection:
    connection.execute(
        "INSERT INTO feed_consumers (name, epoch, position, set_back_count, resumed_count)"
        " VALUES ('kafka', 2, 5, 1, 1)"
    )
    return connection


@pytest.mark.parametrize(
    "change",
    [
        "position = 4",
        "epoch = 1",
        "epoch = 1, position = 9",
        "set_back_count = 0, resumed_count = 0",
        "resumed_count = 0",
    ],
)
def test_only_forward(consumer: Connection, change: LiteralString) -> None:
    with pytest.raises(psycopg.IntegrityError) as refused:
        consumer.execute(SET + change)
    assert refused.value.diag.constraint_name == "feed_consumers_only_forward"


@pytest.mark.parametrize(
    "change",
    [
        "position = 6",
        "epoch = 3, position = 0",
        "position = 5, last_error = 'x'",
        "position = 4, set_back_count = 2",
    ],
)
def test_allowed(consumer: Connection, change: LiteralString) -> None:
    consumer.execute(SET + change)


def test_the_application_cannot_set_it_back(consumer: Connection) -> None:
    consumer.execute("SET ROLE bank_application")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        consumer.execute(SET + "position = 4, set_back_count = 2")
