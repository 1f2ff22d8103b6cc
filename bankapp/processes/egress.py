"""The egress, and the source of exchange rates, according to the settings."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from bankapp import tuning
from bankapp.command_errors import Failure, SettingError
from bankapp.domain.exchange_rates import RatesRejected, Recorded
from bankapp.egress.addresses import Network
from bankapp.egress.client import HttpEgress, open_egress
from bankapp.egress.interface import Egress, EgressFailed
from bankapp.exchange_rates.source import RateSource
from bankapp.jobs.fetch_rates import fetch_from
from bankapp.postgres.database import Database
from bankapp.settings import Settings
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store


def opened_egress(
    settings: Settings, allowed: Iterable[Network]
) -> AbstractAsyncContextManager[HttpEgress]:
    """An egress to public addresses and to the allowed networks, while a block runs."""
    return open_egress(allowed=allowed, requires_tls=settings.environment == "production")


def create_rate_source(settings: Settings, egress: Egress) -> RateSource | None:
    """The source of exchange rates, if one is set."""
    if settings.rates_url is None:
        return None
    return RateSource(egress, settings.rates_url.get_secret_value(), settings.rates_format)


def require_rate_source(settings: Settings) -> None:
    """Raise SettingError where no source of exchange rates is set."""
    if settings.rates_url is None:
        raise SettingError("BANK_RATES_URL is required: it names the source of the rates")


def fetch_rates_now(settings: Settings, database: Database) -> Recorded:
    """Fetch and store the newest exchange rates; nothing is new where they are there already.

    Raises Failure where there is no answer that can be taken.
    """

    async def run() -> Recorded:
        async with (
            opened_egress(settings, settings.rates_networks) as egress,
            create_pool(database.url) as pool,
        ):
            source = create_rate_source(settings, egress)
            assert source is not None  # see require_rate_source
            await pool.wait(tuning.CONNECTION_TIMEOUT_S)
            recorded = await fetch_from(source, Store(pool))
            assert recorded is not None  # nothing was kept before
            return recorded

    try:
        return asyncio.run(run())
    except (EgressFailed, RatesRejected) as error:
        raise Failure(f"the rates were not fetched: {error}") from None
