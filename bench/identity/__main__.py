"""python -m bench.identity: measure sessions and logins on the server of DATABASE_URL."""

import asyncio
import os
import tempfile

import structlog

from bankapp.postgres.migrations import migrate
from bankapp.processes.bank import create_bank
from bankapp.settings import Settings
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from bench.identity.logins import measure_logins
from bench.identity.sessions import measure_sessions

# Lower than usual: the shorter the hash takes, the more visible is any other difference.
BCRYPT_COST = 10


async def main() -> None:
    """Measure on a fresh database."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    url = os.environ["DATABASE_URL"]
    migrate(url)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, bcrypt at cost {BCRYPT_COST}")
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings.model_validate(
            {"BANK_DATA_DIR": directory, "BANK_RATE_LIMITS": "off", "BANK_BCRYPT_COST": BCRYPT_COST}
        )
        async with create_pool(url) as pool:
            bank = create_bank(settings, Store(pool))
            await measure_sessions(bank)
            await measure_logins(bank)


asyncio.run(main())
