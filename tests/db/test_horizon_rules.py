"""The one row of the feed's horizon: what it cannot become, and that it stays."""

from typing import Any, LiteralString

import psycopg
import pytest

Connection = psycopg.Connection[tuple[Any, ...]]
SET: LiteralString = "UPDATE feed_horizon SET "


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("INSERT INTO feed_horizon (first_position) VALUES (1)", "feed_horizon_pkey"),
        (
            "INSERT INTO feed_horizon (first_position, only_row) VALUES (1, false)",
            "feed_horizon_one_row",
        ),
        (f"{SET}epoch = 0", "feed_horizon_epoch_positive"),
        (f"{SET}settled_position = 10", "feed_horizon_settled_within_pending"),
        (f"{SET}settled_position = -1", "feed_horizon_settled_within_pending"),
        (f"{SET}settled_position = 4", "feed_horizon_only_forward"),
        (f"{SET}pending_position = 8", "feed_horizon_only_forward"),
        (f"{SET}epoch = 1", "feed_horizon_only_forward"),
        (f"{SET}first_position = 2", "feed_horizon_only_forward"),
        ("DELETE FROM feed_horizon", "feed_horizon_stays"),
        ("TRUNCATE feed_horizon", "feed_horizon_stays"),
    ],
)
def test_refused(connection: Connection, statement: str, rule: str) -> None:
    connection.execute(f"{SET}epoch = 2, settled_position = 5, pending_position = 9")
    with pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement.encode())
    assert refused.value.diag.constraint_name == rule


def test_the_application_cannot_move_it(connection: Connection) -> None:
    connection.execute("SET ROLE bank_application")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"{SET}settled_position = 5, pending_position = 5")
