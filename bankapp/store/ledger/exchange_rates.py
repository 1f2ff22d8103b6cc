"""Exchange rates: noting what a source said, and deciding about what is held."""

from bankapp.domain import errors, events, limits
from bankapp.domain.exchange_rates import (
    BASE,
    Fault,
    RateKey,
    RateSheet,
    RatesRejected,
    Recorded,
)
from bankapp.domain.origin import Origin
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from gen import enums, models
from gen.queries import AsyncQueries


class ExchangeRates:
    """The transactions on exchange rates."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run

    async def record(self, sheet: RateSheet) -> Recorded:
        """Store the rates of a sheet; those far off the last accepted ones are held.

        Raises RatesRejected, with nothing stored.
        """
        return await self._run(record_rates, sheet)

    async def accept(self, key: RateKey, *, origin: Origin) -> models.AgedExchangeRate:
        """Accept a held rate.

        Raises NotFound, RateNotHeld.
        """
        return await self._run(decide_rate, key, events.RateAccepted, origin)

    async def refuse(self, key: RateKey, *, origin: Origin) -> models.AgedExchangeRate:
        """Refuse a held rate for good.

        Raises NotFound, RateNotHeld.
        """
        return await self._run(decide_rate, key, events.RateRefused, origin)


async def record_rates(q: AsyncQueries, sheet: RateSheet) -> Recorded:
    days = await q.exchange_rates.get_rate_days(source=sheet.source)
    if sheet.as_of > days.today:
        raise RatesRejected(Fault.FUTURE_DAY)
    if days.newest_day is not None and sheet.as_of < days.newest_day:
        raise RatesRejected(Fault.OLDER_DAY)
    if not await q.currencies.has_any_currency(codes=list(sheet.rates)):
        raise RatesRejected(Fault.UNKNOWN_CURRENCIES)
    new = await q.exchange_rates.insert_exchange_rates(
        base=BASE,
        as_of=sheet.as_of,
        source=sheet.source,
        change_max=limits.RATE_CHANGE_MAX,
        quotes=list(sheet.rates),
        rates=list(sheet.rates.values()),
    )
    held = enums.ExchangeRateStatus.HELD
    return Recorded(
        accepted=tuple(sorted(rate.quote for rate in new if rate.status is not held)),
        held=tuple(sorted(rate.quote for rate in new if rate.status is held)),
    )


async def decide_rate(
    q: AsyncQueries, key: RateKey, event: type[events.RateEvent], origin: Origin
) -> models.AgedExchangeRate:
    decided = await q.exchange_rates.decide_exchange_rate(
        base=key.base, quote=key.quote, as_of=key.as_of, source=key.source, status=event.status
    )
    known = await q.exchange_rates.get_exchange_rate(
        base=key.base, quote=key.quote, as_of=key.as_of, source=key.source
    )
    if known is None:
        raise errors.NotFound
    if decided is not None:
        noted = event(
            base=key.base,
            quote=key.quote,
            as_of=key.as_of,
            source=key.source,
            rate=f"{decided.normalize():f}",
        )
        await audit.record(q, origin, noted)
    elif known.status is not event.status:
        raise errors.RateNotHeld
    return known
