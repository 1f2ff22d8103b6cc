"""Begins a new epoch of the feed."""

import psycopg


def begin_feed_epoch(url: str) -> int:
    """Begin a new epoch; returns it. Raises psycopg.Error, also for who is not the owner."""
    with psycopg.connect(url) as connection:
        # The server itself has no right to do this, so the query is in no file of db/queries.
        [(epoch,)] = connection.execute("SELECT begin_feed_epoch()").fetchall()
    return int(epoch)
