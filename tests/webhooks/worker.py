"""python -m tests.webhooks.worker URL TIMEOUT_S: a worker that sends webhooks until killed."""

import asyncio
import sys
from datetime import timedelta
from ipaddress import ip_network

from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.domain.webhooks import Schedule
from bankapp.egress.client import open_egress
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from bankapp.webhooks.dispatcher import dispatching
from bankapp.webhooks.sender import Sender


async def work(database_url: str, timeout_s: float) -> None:
    """Send to endpoints on the loopback interface; all waits are short."""
    schedule = Schedule(
        delays=(timedelta(seconds=0.2),) * 9,
        timeout_s=timeout_s,
        lease=timedelta(seconds=2 * timeout_s),
    )
    secrets = SecretMaker([bytes(32)])
    allowed = [ip_network("127.0.0.0/8")]
    async with (
        create_pool(database_url) as pool,
        open_egress(allowed=allowed, requires_tls=False) as egress,
    ):
        sender = Sender(egress, secrets, schedule=schedule)
        async with dispatching(Store(pool), sender, secrets):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], float(sys.argv[2])))
