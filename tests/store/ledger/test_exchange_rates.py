"""Exchange rates: what is held, what is newest, and who decides once."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import psycopg
import pytest

from bankapp.domain import errors
from bankapp.domain.exchange_rates import BASE, Fault, RateKey, RateSheet, RatesRejected
from bankapp.domain.origin import THE_BANK
from bankapp.store.store import Store
from tests.clock import Clock

Connection = psycopg.Connection[tuple[Any, ...]]
DAY: Final = timedelta(days=1)


@pytest.fixture
def today(connection: Connection) -> date:
    """The day by the clock of the database."""
    [(today,)] = connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchall()
    connection.commit()
    assert isinstance(today, date)
    return today


def sheet(as_of: date, source: str = "ecb", **rates: str) -> RateSheet:
    decimals = {code: Decimal(rate) for code, rate in rates.items()}
    return RateSheet(source=source, as_of=as_of, rates=decimals)


def key(as_of: date, quote: str = "USD", source: str = "ecb") -> RateKey:
    return RateKey(base=BASE, quote=quote, as_of=as_of, source=source)


async def newest(store: Store) -> list[tuple[str, Decimal, int]]:
    """Currency, rate and age of the newest accepted rates."""
    rows = await store.read.exchange_rates.list_newest_rates(base=BASE, row_count_max=100)
    return [(row.quote, row.rate, row.age_days) for row in rows]


@pytest.mark.parametrize(
    ("rate", "is_held"),
    [
        pytest.param("1.2", False, id="20 % more"),
        pytest.param("1.200000001", True, id="more than 20 % more"),
        pytest.param("0.8", False, id="20 % less"),
        pytest.param("0.799999999", True, id="more than 20 % less"),
        pytest.param("1", False, id="the same"),
    ],
)
async def test_a_rate_far_off_the_last_accepted_one_is_held(
    store: Store, today: date, rate: str, *, is_held: bool
) -> None:
    first = await store.exchange_rates.record(sheet(today - DAY, USD="1", GBP="0.85"))
    assert (first.accepted, first.held) == (("GBP", "USD"), ())
    second = await store.exchange_rates.record(sheet(today, USD=rate, GBP="0.85"))
    assert second.held == (("USD",) if is_held else ())
    assert ("USD" in second.accepted) is not is_held
    [_, (_, shown, age_days)] = await newest(store)
    assert (shown, age_days) == ((Decimal(1), 1) if is_held else (Decimal(rate), 0))


async def test_a_held_rate_is_no_measure_for_the_next_one(store: Store, today: date) -> None:
    """Otherwise a wrong one would be accepted on its second day."""
    for days, rate in ((3, "1"), (2, "10"), (1, "10"), (0, "1.1")):
        await store.exchange_rates.record(sheet(today - days * DAY, USD=rate))
    held = await store.read.exchange_rates.list_held_rates(row_count_max=10)
    assert [(row.as_of, row.rate) for row in held] == [
        (today - DAY, Decimal(10)),
        (today - 2 * DAY, Decimal(10)),
    ]
    assert await newest(store) == [("USD", Decimal("1.1"), 0)]


async def test_other_sources_are_compared_too(store: Store, today: date) -> None:
    await store.exchange_rates.record(sheet(today - DAY, USD="1"))
    recorded = await store.exchange_rates.record(sheet(today, "frankfurter", USD="2"))
    assert recorded.held == ("USD",)


async def test_an_accepted_rate_is_the_measure_and_used(store: Store, today: date) -> None:
    await store.exchange_rates.record(sheet(today - 2 * DAY, USD="1"))
    await store.exchange_rates.record(sheet(today - DAY, USD="2"))
    accepted = await store.exchange_rates.accept(key(today - DAY), origin=THE_BANK)
    assert accepted.rate == 2
    assert await newest(store) == [("USD", Decimal(2), 1)]
    assert (await store.exchange_rates.record(sheet(today, USD="2.1"))).accepted == ("USD",)


async def test_a_refused_rate_stays_refused(store: Store, today: date) -> None:
    """It is not held again when the source says it again."""
    await store.exchange_rates.record(sheet(today - DAY, USD="1"))
    for _ in range(2):
        await store.exchange_rates.record(sheet(today, USD="2"))
        await store.exchange_rates.refuse(key(today), origin=THE_BANK)
    assert await store.read.exchange_rates.list_held_rates(row_count_max=10) == []
    assert await newest(store) == [("USD", Decimal(1), 1)]


async def test_a_decision_is_made_once(store: Store, today: date) -> None:
    """Goal: of two who decide otherwise one is refused. Method: both at the same time."""
    await store.exchange_rates.record(sheet(today - DAY, USD="1"))
    await store.exchange_rates.record(sheet(today, USD="2"))
    decided = await asyncio.gather(
        store.exchange_rates.accept(key(today), origin=THE_BANK),
        store.exchange_rates.refuse(key(today), origin=THE_BANK),
        return_exceptions=True,
    )
    refusals = [type(one) for one in decided if isinstance(one, BaseException)]
    assert refusals == [errors.RateNotHeld]


async def test_a_rate_that_needed_no_decision_gets_none(store: Store, today: date) -> None:
    await store.exchange_rates.record(sheet(today, USD="1"))
    with pytest.raises(errors.RateNotHeld):
        await store.exchange_rates.refuse(key(today), origin=THE_BANK)
    with pytest.raises(errors.NotFound):
        await store.exchange_rates.refuse(key(today, "GBP"), origin=THE_BANK)


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        pytest.param(1, Fault.FUTURE_DAY, id="tomorrow"),
        pytest.param(0, None, id="today"),
        pytest.param(-1, None, id="the newest day"),
        pytest.param(-2, Fault.OLDER_DAY, id="a day before the newest"),
    ],
)
async def test_days_go_forward(store: Store, today: date, days: int, fault: Fault | None) -> None:
    """Those of each source by themselves."""
    await store.exchange_rates.record(sheet(today - DAY, USD="1"))
    await store.exchange_rates.record(sheet(today, "frankfurter", USD="1"))
    later = sheet(today + days * DAY, GBP="0.85")
    if fault is None:
        assert (await store.exchange_rates.record(later)).accepted == ("GBP",)
        return
    with pytest.raises(RatesRejected) as rejected:
        await store.exchange_rates.record(later)
    assert rejected.value.fault is fault


async def test_two_at_once_store_each_rate_once(store: Store, today: date) -> None:
    recorded = await asyncio.gather(
        *(store.exchange_rates.record(sheet(today, USD="1", GBP="0.85")) for _ in range(8))
    )
    assert sorted(code for one in recorded for code in one.accepted) == ["GBP", "USD"]


async def test_rates_of_a_clock_that_steps_back(store: Store, today: date, clock: Clock) -> None:
    """Goal: rates stay, are never younger than 0 days, and fetching goes on once it is right."""
    await store.exchange_rates.record(sheet(today, USD="1"))
    clock.set(-3 * DAY)
    assert await newest(store) == [("USD", Decimal(1), 0)]
    with pytest.raises(RatesRejected) as rejected:
        await store.exchange_rates.record(sheet(today, GBP="0.85"))
    assert rejected.value.fault is Fault.FUTURE_DAY
    clock.set(timedelta())
    assert (await store.exchange_rates.record(sheet(today, GBP="0.85"))).accepted == ("GBP",)
    clock.set(3 * DAY)
    assert (await newest(store))[0] == ("GBP", Decimal("0.85"), 3)


async def test_the_age_is_that_of_the_newest_day(
    store: Store, today: date, connection: Connection
) -> None:
    get_age = store.read.exchange_rates.get_rates_age
    assert await get_age() is None
    await store.exchange_rates.record(sheet(today - 3 * DAY, USD="1", GBP="0.85"))
    await store.exchange_rates.record(sheet(today - DAY, USD="1", GBP="2"))
    age_s = await get_age()
    assert age_s is not None
    assert 24 * 3600 <= age_s < 3 * 24 * 3600
