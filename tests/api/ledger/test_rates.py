"""Exchange rates and totals, as customers and bankers see them."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from bankapp.domain import limits
from bankapp.domain.exchange_rates import RateSheet
from bankapp.domain.roles import Role
from tests.api.client import Api, Person
from tests.metrics import read_metrics

DAY_S: Final = 24 * 3600


async def record(api: Api, rates: Mapping[str, str], days_ago: int = 0) -> None:
    """Rates of a day, by the clock of this process."""
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    decimals = {code: Decimal(rate) for code, rate in rates.items()}
    await api.bank.store.exchange_rates.record(
        RateSheet(source=f"days_ago_{days_ago}", as_of=day, rates=decimals)
    )


async def person_with(api: Api, **balances: int) -> Person:
    """A depositor with an account in each currency."""
    person = await api.person("alice")
    for currency, balance in balances.items():
        await api.make.account(owner="alice", currency=currency, balance=balance)
    return person


async def total(person: Person, currency: str) -> Any:
    answer = await person.get("/v1/totals", currency=currency)
    assert answer.status == 200, answer.body
    return answer.body


async def test_no_rates_are_an_empty_list(api: Api) -> None:
    alice = await api.person("alice")
    assert (await alice.get("/v1/rates")).body == {"items": [], "held": []}


async def test_bankers_alone_see_held_rates(api: Api) -> None:
    await record(api, {"USD": "1.10", "GBP": "0.85"}, days_ago=3)
    await record(api, {"USD": "1.12", "GBP": "8.5"}, days_ago=1)
    alice, banker = await api.person("alice"), await api.person("bob", Role.BANKER)
    seen = (await alice.get("/v1/rates")).body
    assert [(one["quote"], one["rate"], one["age_days"]) for one in seen["items"]] == [
        ("GBP", "0.85", 3),
        ("USD", "1.12", 1),
    ]
    assert seen["held"] == []
    shown = (await banker.get("/v1/rates")).body
    assert shown["items"] == seen["items"]
    [held] = shown["held"]
    assert (held["quote"], held["rate"], held["status"]) == ("GBP", "8.5", "held")
    named = {name: held[name] for name in ("base", "quote", "as_of", "source")}
    accepted = await banker.post("/v1/rates/accept", **named)
    assert accepted.body == {**held, "status": "accepted"}
    assert (await alice.get("/v1/rates")).body["items"][0]["rate"] == "8.5"


async def test_the_age_of_rates_is_measured(api: Api) -> None:
    """Goal: an operator sees that rates stand still. Before there are any, it is no number."""
    store = api.bank.store
    await store.measure()
    assert math.isnan(read_metrics().value("rates_age_seconds"))
    await record(api, {"USD": "1.1"}, days_ago=2)
    await store.measure()
    assert 2 * DAY_S <= read_metrics().value("rates_age_seconds") < 4 * DAY_S


@pytest.mark.parametrize("rate", ["0.000000001", "999999999", "100", "0.1", "1.123456789"])
async def test_rates_are_plain_decimals(api: Api, rate: str) -> None:
    await record(api, {"USD": rate})
    alice = await api.person("alice")
    assert [one["rate"] for one in (await alice.get("/v1/rates")).body["items"]] == [rate]


@pytest.mark.parametrize("as_of", ["27.11.2026", "2026-11-27T00:00:00", "2026-02-30", 20, None])
async def test_a_day_is_a_day(api: Api, as_of: object) -> None:
    banker = await api.person("bob", Role.BANKER)
    answer = await banker.post(
        "/v1/rates/accept", base="EUR", quote="USD", as_of=as_of, source="ecb"
    )
    assert answer.wrong_fields == {"as_of"}


async def test_a_total_is_the_sum_of_what_is_shown(api: Api) -> None:
    """Each balance is rounded by itself: 2 and 3.5 cents, and yen that have no cents."""
    await record(api, {"USD": "2", "JPY": "160"})
    alice = await person_with(api, USD=7, EUR=3, JPY=1, GBP=0)
    in_euros = await total(alice, "EUR")
    items = {item["currency"]: item for item in in_euros["items"]}
    amounts = {currency: item["amount"] for currency, item in items.items()}
    assert amounts == {"USD": 4, "EUR": 3, "JPY": 1, "GBP": 0}
    assert in_euros["amount"] == 8
    assert [rate["quote"] for rate in items["USD"]["rates"]] == ["USD"]
    assert items["EUR"]["rates"] == items["GBP"]["rates"] == []


async def test_a_cross_rate_names_both_of_its_rates(api: Api) -> None:
    await record(api, {"USD": "1.0823"}, days_ago=2)
    await record(api, {"JPY": "158.4"}, days_ago=1)
    alice = await person_with(api, USD=1050)
    in_yen = await total(alice, "JPY")
    [item] = in_yen["items"]
    assert in_yen["amount"] == item["amount"] == 1537  # 10.50 / 1.0823 * 158.4 = 1536.7
    assert [
        (rate["base"], rate["quote"], rate["rate"], rate["source"], rate["age_days"])
        for rate in item["rates"]
    ] == [("EUR", "USD", "1.0823", "days_ago_2", 2), ("EUR", "JPY", "158.4", "days_ago_1", 1)]


async def test_closed_accounts_and_those_of_others_do_not_count(api: Api) -> None:
    alice = await person_with(api, EUR=5, USD=0)
    [usd] = [
        account["id"]
        for account in (await alice.get("/v1/accounts")).body["items"]
        if account["currency"] == "USD"
    ]
    assert (await alice.post(f"/v1/accounts/{usd}/close")).status == 200
    await api.make.account(owner=(await api.person("bob")).username, currency="EUR", balance=7)
    [item] = (await total(alice, "EUR"))["items"]
    assert (item["currency"], item["amount"]) == ("EUR", 5)


@pytest.mark.parametrize(("age", "status"), [(4, 200), (5, 409)])
async def test_a_rate_may_be_four_days_old(api: Api, age: int, status: int) -> None:
    await record(api, {"USD": "1.1"}, days_ago=age)
    alice = await person_with(api, USD=100)
    answer = await alice.get("/v1/totals", currency="EUR")
    assert answer.status == status
    if status == 409:
        assert answer.code == "rate_too_old"
        assert f"{age} days old" in answer.body["detail"]
    assert (await alice.get("/v1/totals", currency="USD")).status == 200


async def test_a_rate_that_is_missing_or_held_is_named(api: Api) -> None:
    await record(api, {"GBP": "0.85"}, days_ago=1)
    alice = await person_with(api, USD=100)
    answer = await alice.get("/v1/totals", currency="GBP")
    assert answer.code == "rate_missing"
    assert answer.body["detail"] == "The bank has no exchange rate of EUR in USD."
    assert (await total(alice, "USD"))["amount"] == 100


async def test_nothing_to_convert_needs_no_rate(api: Api) -> None:
    alice = await person_with(api, USD=0, EUR=0)
    assert (await total(alice, "JPY"))["amount"] == 0


async def test_an_unknown_currency_is_named(api: Api) -> None:
    alice = await api.person("alice")
    answer = await alice.get("/v1/totals", currency="XTS")
    assert answer.wrong_fields == {"currency"}


@pytest.mark.parametrize(("rate", "code"), [("1", None), ("1.000000001", "total_too_large")])
async def test_a_total_is_a_number_that_json_holds(api: Api, rate: str, code: str | None) -> None:
    await record(api, {"USD": "1", "GBP": rate})
    alice = await person_with(api, USD=limits.AMOUNT_MAX)
    answer = await alice.get("/v1/totals", currency="GBP")
    if code is None:
        assert answer.body["amount"] == limits.AMOUNT_MAX
    else:
        assert answer.code == code
