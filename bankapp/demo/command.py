"""`bankapp demo`."""

import asyncio
from collections.abc import Iterator

from bankapp import tuning
from bankapp.command_errors import Failure
from bankapp.demo.cast import EVERYBODY, PASSWORD
from bankapp.demo.month import Progress
from bankapp.demo.performance import perform_demo
from bankapp.postgres.database import Database
from bankapp.processes.bank import create_bank
from bankapp.settings import Settings
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store


def require_development(settings: Settings, *, anyway: bool) -> None:
    """Raise Failure in production and, unless `anyway`, where the bank may be in production."""
    if settings.environment == "production":
        raise Failure("no demo in production: everybody in it has one known password")
    is_said = "environment" in settings.model_fields_set
    if settings.database_url is not None and not is_said and not anyway:
        raise Failure(
            "DATABASE_URL may lead to a bank in production, and everybody in a demo has one known "
            "password; set BANK_ENVIRONMENT=development, or add the demo with --anyway"
        )


def run_demo(
    settings: Settings, database: Database, *, seed: int, anyway: bool, progress: Progress
) -> bool:
    """Fill the database with the month; False if that was done before.

    Raises Failure, psycopg.Error.
    """

    async def run() -> bool:
        async with create_pool(database.url) as pool:
            await pool.wait(tuning.CONNECTION_TIMEOUT_S)
            bank = create_bank(settings, Store(pool))
            return await perform_demo(bank, seed=seed, anyway=anyway, progress=progress)

    return asyncio.run(run())


def directions(*, is_new: bool) -> Iterator[str]:
    """Directions for the reader, line by line."""
    yield "A month of a small bank is there." if is_new else "The month was there already."
    yield f'These people can log in, all with the password "{PASSWORD}":'
    yield ""
    for person in EVERYBODY:
        yield f"  {person.username:<14} {person.about}"
    yield ""
    yield "`bankapp serve` (or `make run`) shows it: log in at POST /v1/users/login, then see"
    yield "/v1/accounts, /v1/transfers, /v1/holds, and /v1/accounts/ID/entries of one of them;"
    yield "/v1/events is all of it in order, and `bankapp events --follow` prints what comes."
    yield "All of it carries the time it was made: the ledger takes no other than now, so that the"
    yield "statement of the month can be had when this month is over."
