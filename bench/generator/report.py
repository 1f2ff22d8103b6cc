"""The printed report."""

import os
import platform
from importlib.metadata import version

import psycopg
from psycopg import pq

from bench.generator.measure import Case, Result

_UNITS = ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (float("inf"), 1.0, "s"))


def machine(connection: psycopg.Connection) -> str:
    """The machine, the versions of the software, and the server."""
    server = connection.info.parameter_status("server_version")
    packages = ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "asyncpg"))
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"psycopg {version('psycopg')} ({pq.__impl__}, libpq {pq.version() // 10000}), {packages}, "
        f"PostgreSQL {server} on a Unix socket, without durability"
    )


def table(case: Case, results: list[Result]) -> str:
    """The table of one case."""
    lines = [f"{case.title:44}{'wall':>8}{'CPU':>8}{'each':>12}"]
    if case.weighs_memory:
        lines[0] += f"{'tracemalloc':>14}{'RSS grows':>12}"
    for result in results:
        line = f"  {result.name:42}{result.ratio:8.2f}{result.cpu_ratio:8.2f}"
        line += f"{_duration(result.seconds):>12}"
        if result.memory is not None:
            line += f"{_size(result.memory.python):>14}{_size(result.memory.process):>12}"
        lines.append(line)
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    factor, unit = next((factor, unit) for below, factor, unit in _UNITS if seconds < below)
    return f"{seconds * factor:.4g} {unit}"


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
