"""A test whether the time of a refused login reveals that the user exists."""

import math
import random
import time
from collections.abc import Sequence

from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.server import create_app
from bankapp.operations.bank import Bank
from bench.identity.users import add_user

COUNT = 1000
# The Kolmogorov-Smirnov test at 1 %: two samples of one distribution rarely differ by more.
CRITICAL = 1.63 * math.sqrt(2 / COUNT)
PERCENTS = (1, 5, 25, 50, 75, 95, 99)


async def measure_logins(bank: Bank) -> None:
    """Print the distributions for a known and an unknown user, who log in in random order."""
    await add_user(bank, "known")
    times_s: dict[str, list[float]] = {"known": [], "unknown": []}
    async with TestClient(TestServer(create_app(bank))) as client:
        tries = list(times_s) * COUNT
        random.shuffle(tries)
        for username in tries:
            body = {"username": username, "password": "a wrong password"}
            started = time.perf_counter()
            async with client.post("/v1/users/login", json=body) as response:
                assert response.status == 401
                await response.read()
            times_s[username].append(time.perf_counter() - started)
    print(f"\nRefused logins, {COUNT} each, in ms at percentiles:")
    print("  " + " " * 12 + "".join(f"{percent:>9}" for percent in PERCENTS))
    for username, times in times_s.items():
        times.sort()
        cells = (f"{1000 * times[percent * COUNT // 100]:9.2f}" for percent in PERCENTS)
        print(f"  {username:<12}" + "".join(cells))
    distance = _distance(times_s["known"], times_s["unknown"])
    verdict = "cannot" if distance < CRITICAL else "CAN"
    print(f"  greatest distance {distance:.3f}, critical {CRITICAL:.3f}: {verdict} be told apart")


def _distance(first: Sequence[float], second: Sequence[float]) -> float:
    """The greatest difference between the two distribution functions; both are sorted."""
    points = sorted((*first, *second))

    def part_below(times: Sequence[float], point: float) -> float:
        return sum(one <= point for one in times) / len(times)

    return max(abs(part_below(first, point) - part_below(second, point)) for point in points)
