"""Amounts as people write them: the bank says how many decimals a currency has."""

from collections.abc import Callable, Mapping

from bankapp_client import ClientError
from monitor.bank import Bank


class Currencies:
    """The decimals of the currencies; until the bank has told them, amounts are in minor units."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._exponents: Mapping[str, int] = {}

    async def load(self) -> None:
        """Ask the bank, unless it has answered before."""
        if self._exponents:
            return
        try:
            found = await self._bank.ask(lambda client: client.list_currencies())
        except ClientError:
            return
        self._exponents = {one.code: one.exponent for one in found.items}

    def formatter(self) -> Callable[[int, str], str]:
        """Writes an amount with its currency."""
        exponents = self._exponents

        def write(amount: int, currency: str) -> str:
            if (exponent := exponents.get(currency)) is None:
                return f"{amount:,} minor units of {currency}"
            sign = "\N{MINUS SIGN}" if amount < 0 else ""
            whole, rest = divmod(abs(amount), 10**exponent)
            decimals = f".{rest:0{exponent}d}" if exponent else ""
            return f"{sign}{whole:,}{decimals} {currency}"

        return write
