"""Sets a consumer of the feed back, so that it takes events again."""

from typing import Final

import psycopg

from bankapp import tuning
from bankapp.domain import events
from bankapp.domain.feed import Place

_SET_BACK: Final = """
INSERT INTO feed_consumers AS c (name, epoch, position, set_back_count, lease_token, leased_until)
SELECT %(name)s, h.epoch, %(position)s, 1, gen_random_uuid(),
    now() + make_interval(secs => %(duration_s)s)
FROM feed_horizon AS h
WHERE h.epoch = %(epoch)s AND %(position)s <= h.settled_position
ON CONFLICT (name) DO UPDATE
SET epoch = excluded.epoch, position = excluded.position,
    set_back_count = c.set_back_count + 1, last_error = NULL,
    -- Nobody knows this token: who had the lease loses it, and nobody has it until what they
    -- still write has arrived.
    lease_token = excluded.lease_token, leased_until = excluded.leased_until
"""


class UnknownPlace(Exception):
    """The place is of another epoch, or has not been reached."""


def set_consumer_back(url: str, name: str, place: Place) -> None:
    """Have a consumer take again what lies behind a place, or skip what lies before it.

    Raises UnknownPlace, and psycopg.Error, also for who is not the owner.
    """
    with psycopg.connect(url) as connection:
        # The server itself has no right to do this, so the query is in no file of db/queries.
        done = connection.execute(
            _SET_BACK,
            {
                "name": name,
                "epoch": place.epoch,
                "position": place.position,
                "duration_s": tuning.LEASE_DURATION_S,
            },
        )
        if done.rowcount == 0:
            raise UnknownPlace
        connection.execute(
            "INSERT INTO audit_events (action, subject, actor) VALUES (%s, %s, NULL)",
            (events.FeedConsumerSetBack.name, f"feed_consumer:{name}"),
        )
