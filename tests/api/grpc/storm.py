"""Sends 5,000 requests over gRPC and 20 kills, and compares the answers with the books.

make grpc-storm ARGS="--requests 5000 --kills 20"
"""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.api.grpc.kills import paid_over_kills
from tests.processes.processes import Served


async def main() -> None:
    """Print what came of it; fail unless each deposit was made once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    wanted = parser.parse_args()
    settings: dict[str, Any] = {"BANK_GRPC_ADDRESS": "127.0.0.1:0", "BANK_WORKERS": 2}
    with TemporaryDirectory() as directory, Served(Path(directory, "bank"), **settings) as served:
        await asyncio.to_thread(served.wait)
        token = served.log_in_admin()
        account_id = served.open_account()
        outcome = await paid_over_kills(
            served, account_id, token, request_count=wanted.requests, kill_count=wanted.kills
        )
        accounts = served.ask("GET", f"/v1/accounts/{account_id}", token=token)
    is_right = outcome.is_right and accounts.body["balance"] == wanted.requests
    print(
        f"{wanted.requests} deposits, {outcome.kill_count} kills, {outcome.repeat_count} sent "
        f"again, balance {accounts.body['balance']}: {'right' if is_right else 'WRONG'}"
    )
    raise SystemExit(not is_right)


if __name__ == "__main__":
    asyncio.run(main())
