"""The balances of a customer in one currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bankapp.domain import errors, limits
from bankapp.domain.exchange_rates import BASE, convert
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller
from bankapp.operations.fields import Currency, Funds, Id, RequestModel, ResponseModel
from bankapp.operations.ledger.exchange_rates import ExchangeRate
from bankapp.operations.operation import operation
from gen import enums, models

_UNIT: Final = Decimal(1)


class GetTotalRequest(RequestModel):
    currency: Currency


class ConvertedBalance(ResponseModel):
    """The balance of an account, and the amount that it is in the currency of the total.

    `rates` are those by which it was converted: none where there was nothing to convert, and two
    where neither currency is their `base`.
    """

    account_id: Id
    currency: Currency
    balance: Funds
    amount: Funds
    rates: list[ExchangeRate]


class Total(ResponseModel):
    """All balances in one currency. `amount` is the sum of the amounts of `items`."""

    currency: Currency
    amount: Funds
    items: list[ConvertedBalance]


@operation(refuses=(errors.RateMissing, errors.RateTooOld, errors.TotalTooLarge))
async def get_total(bank: Bank, caller: Caller, request: GetTotalRequest) -> Total:
    """Get the balances of one's own accounts in one currency, at the newest accepted rates.

    Each balance is rounded half to even, to minor units of the currency. A rate that is needed may
    be 4 days old.
    """
    converter = await _converter(bank, request.currency)
    accounts = await bank.store.read.accounts.list_accounts(
        owner=caller.username, before_id=limits.ID_MAX, row_count_max=limits.ACCOUNT_COUNT_MAX
    )
    items = [
        converter.convert(account)
        for account in accounts
        if account.status is not enums.AccountStatus.CLOSED
    ]
    amount = sum(item.amount for item in items)
    if amount > limits.AMOUNT_MAX:
        raise errors.TotalTooLarge
    return Total(currency=request.currency, amount=amount, items=items)


async def _converter(bank: Bank, currency: str) -> "_Converter":
    currencies = await bank.store.read.currencies.list_currencies(
        after_code="", row_count_max=limits.CURRENCY_COUNT_MAX
    )
    exponents = {row.code: row.exponent for row in currencies}
    if currency not in exponents:
        violation = errors.Violation("currency", "is not a currency of this bank")
        raise errors.ValidationFailed(violations=[violation])
    rates = await bank.store.read.exchange_rates.list_newest_rates(
        base=BASE, row_count_max=limits.CURRENCY_COUNT_MAX
    )
    return _Converter(currency, exponents, {rate.quote: rate for rate in rates})


@dataclass(frozen=True, slots=True)
class _Converter:
    """Converts balances to a currency, by the rates of BASE in each of two currencies."""

    currency: str
    exponents: Mapping[str, int]
    rates: Mapping[str, models.AgedExchangeRate]

    def convert(self, account: models.CustomerAccount) -> ConvertedBalance:
        """A balance with the rates that it needs. Raises RateMissing, RateTooOld."""
        used: list[models.AgedExchangeRate] = []
        amount = account.balance
        if account.balance and account.currency != self.currency:
            used = [self._rate(code) for code in (account.currency, self.currency) if code != BASE]
            worth = {BASE: _UNIT, **{rate.quote: rate.rate for rate in used}}
            amount = convert(
                account.balance,
                exponents=(self.exponents[account.currency], self.exponents[self.currency]),
                divided_by=worth[account.currency],
                times=worth[self.currency],
            )
        return ConvertedBalance(
            account_id=account.id,
            currency=account.currency,
            balance=account.balance,
            amount=amount,
            rates=[ExchangeRate.model_validate(rate) for rate in used],
        )

    def _rate(self, code: str) -> models.AgedExchangeRate:
        rate = self.rates.get(code)
        if rate is None:
            raise errors.RateMissing(f"The bank has no exchange rate of {BASE} in {code}.")
        if rate.age_days > limits.RATE_AGE_DAYS_MAX:
            raise errors.RateTooOld(
                f"The exchange rate of {BASE} in {code} is of {rate.as_of}, {rate.age_days} days "
                f"old; it may be {limits.RATE_AGE_DAYS_MAX}."
            )
        return rate
