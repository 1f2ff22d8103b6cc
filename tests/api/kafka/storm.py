"""Sends 2,000 commands over 20 kills, and compares the replies with the books.

make command-storm ARGS="--commands 2000 --kills 20"
"""

import argparse
import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from bankapp.postgres.migrations import migrate
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from tests.api.kafka.kills import Plan, commanded_over_kills
from tests.brokers import KINDS, running


async def main() -> None:
    """Print what came of it; fail unless each command was done once and answered."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--commands", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--broker", choices=KINDS, default=KINDS[-1])
    wanted = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    migrate(url)
    with TemporaryDirectory() as directory, running(wanted.broker, Path(directory)) as broker:
        async with create_pool(url) as pool:
            plan = Plan(
                url=url,
                server=broker.server,
                directory=Path(directory),
                command_count=wanted.commands,
                kill_count=wanted.kills,
            )
            outcome = await commanded_over_kills(Store(pool), plan)
    twice = sum(count - 1 for count in outcome.transfers.values())
    missed = sum(key not in outcome.transfers for key in outcome.sent)
    print(
        f"{len(outcome.sent)} commands in {outcome.sent.total()} records, {plan.kill_count} kills, "
        f"{outcome.duration_s:.0f} s: {missed} missed, {twice} done twice, "
        f"{outcome.unanswered} without a reply, {outcome.reply_count} replies, "
        f"{outcome.replay_count} of them replays"
    )
    raise SystemExit(not outcome.is_right)


if __name__ == "__main__":
    asyncio.run(main())
