"""The job that fetches exchange rates."""

from typing import Final

import structlog

from bankapp.domain.exchange_rates import RatesRejected, Recorded
from bankapp.egress.interface import EgressFailed
from bankapp.exchange_rates.source import RateSource
from bankapp.jobs.context import JobContext
from bankapp.store.store import Store

_log: Final[structlog.typing.FilteringBoundLogger] = structlog.get_logger("bankapp.jobs")


async def fetch_rates(context: JobContext) -> None:
    """Fetch and store the newest rates; does nothing where no source is set.

    Raises EgressFailed or RatesRejected, with nothing stored and the reason in the log. The next
    time is the retry.
    """
    if context.rate_source is None:
        return
    try:
        await fetch_from(context.rate_source, context.bank.store)
    except (EgressFailed, RatesRejected) as error:
        _log.warning("rates not fetched", reason=str(error))
        raise


async def fetch_from(source: RateSource, store: Store) -> Recorded | None:
    """Fetch and store the newest rates; None if the source has no others than those kept last.

    Raises EgressFailed, RatesRejected.
    """
    sheet = await source.fetch()
    if sheet is None:
        _log.info("rates unchanged")
        return None
    recorded = await store.exchange_rates.record(sheet)
    source.keep()
    _log.info(
        "rates fetched",
        source=sheet.source,
        as_of=sheet.as_of.isoformat(),
        accepted=len(recorded.accepted),
    )
    if recorded.held:
        _log.warning("rates held", source=sheet.source, currencies=recorded.held)
    return recorded
