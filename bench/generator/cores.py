"""Client and server on one core: waking another core can take longer than the query itself."""

import os
from collections.abc import Generator
from contextlib import contextmanager

import psycopg


@contextmanager
def one_core(url: str) -> Generator[None]:
    """Keep this process and the backends of its connections on one core until the block ends."""
    with psycopg.connect(url) as connection:
        backends = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        ).fetchall()
    cores = os.sched_getaffinity(0)
    processes = [os.getpid(), *(pid for (pid,) in backends)]
    _place(processes, {min(cores)})
    try:
        yield
    finally:
        _place(processes, cores)


def _place(processes: list[int], cores: set[int]) -> None:
    for process in processes:
        os.sched_setaffinity(process, cores)
