"""The events of the month, in order."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from bankapp.demo.cast import (
    ANA,
    BANKER,
    BEN,
    BUSINESSES,
    CHLOE,
    CINEMA,
    CUSTOMERS,
    DMITRI,
    EMPLOYER,
    EVA,
    FARID,
    GROCER,
    HOTEL,
    LANDLORD,
    NEWCOMER,
    PEOPLE,
    Person,
)
from bankapp.demo.teller import Teller
from bankapp.operations.ledger.holds import Hold

DAY_COUNT: Final = 30
FREEZE_DAY: Final = 25
# Purchases, and their lowest and highest price.
GROCERIES: Final = (
    ("coffee", 3, 6),
    ("fruit", 3, 12),
    ("bread and milk", 4, 9),
    ("vegetables", 6, 18),
    ("the week's shopping", 35, 85),
)
FILMS: Final = ("Metropolis", "Solaris", "Stalker", "Playtime", "M")

# Called with the part of the month that is done, 0 to 1, and a description of the present step.
Progress: TypeAlias = Callable[[float, str], None]


async def live(teller: Teller, seed: int, progress: Progress) -> None:
    """Make all events of the month; a second run with the same seed finds them done."""
    await _arrive(teller, progress)
    month = _Month(teller, Random(seed))
    for day in range(1, DAY_COUNT + 1):
        progress((day - 1) / DAY_COUNT, f"day {day}")
        await month.live(day)
    await teller.sign_up(NEWCOMER)
    progress(1, "done")


async def _arrive(teller: Teller, progress: Progress) -> None:
    progress(0, "people sign up")
    await teller.sign_up(BANKER)
    await teller.make_banker(BANKER)
    await asyncio.gather(*(teller.sign_up(customer) for customer in CUSTOMERS))
    for customer in CUSTOMERS:
        await teller.open_account(customer)
    for saver in (BEN, EVA):
        await teller.open_account(saver, "EUR")


class _Month:
    """The same seed makes the same month."""

    def __init__(self, teller: Teller, random: Random) -> None:
        self._teller = teller
        self._random = random
        self._tickets: list[Hold] = []
        self._special = {
            1: self._pay_salaries,
            2: self._pay_rents,
            4: self._save_euros,
            6: self._book_hotels,
            9: self._leave_the_hotel,
            12: self._take_something_back,
            18: self._undo_a_mistake,
            21: self._take_cash,
            FREEZE_DAY: self._freeze,
            27: self._close,
            30: self._plan_a_holiday,
        }

    async def live(self, day: int) -> None:
        """Cards are charged first, then come the events of this day, then those of every day."""
        await self._charge_cards()
        if day in self._special:
            await self._special[day]()
        for person in PEOPLE:
            if person is DMITRI and day >= FREEZE_DAY:
                continue
            if self._random.random() < 0.5:
                await self._buy_groceries(person)
            if self._random.random() < 0.2:
                await self._see_a_film(person)
        if day % 7 == 6:
            await self._split_a_dinner()

    async def _pay_salaries(self) -> None:
        for business in BUSINESSES:
            await self._teller.deposit(business, 5_000_00)
        await self._teller.deposit(EMPLOYER, 60_000_00)
        for person in PEOPLE:
            await self._teller.deposit(person, self._cents(100, 500))
        salaries = {person: self._cents(2_900, 4_200) for person in PEOPLE}
        await self._teller.pay_all(EMPLOYER, salaries, "salary")

    async def _pay_rents(self) -> None:
        for person in PEOPLE:
            if person is not BEN:
                await self._teller.pay(person, LANDLORD, self._cents(700, 950), "rent")
        await self._teller.pay(BEN, ANA, 420_00, "my half of the rent")

    async def _save_euros(self) -> None:
        await self._teller.deposit(BEN, 250_00, "EUR")
        await self._teller.deposit(EVA, 80_00, "EUR")

    async def _book_hotels(self) -> None:
        self._stay = await self._teller.hold(CHLOE, HOTEL, 420_00, "three nights by the sea")
        booked = await self._teller.hold(EVA, HOTEL, 140_00, "one night")
        await self._teller.void(EVA, booked)
        # It is not captured in time: a second later it has expired.
        await self._teller.hold(FARID, HOTEL, 90_00, "a table for two", lifetime_s=1)

    async def _leave_the_hotel(self) -> None:
        await self._teller.capture(HOTEL, self._stay, 300_00)
        await self._teller.capture(HOTEL, self._stay)

    async def _take_something_back(self) -> None:
        bought = await self._teller.pay(CHLOE, GROCER, 64_90, "a toaster and a kettle")
        await self._teller.refund(GROCER, bought, 29_90)

    async def _undo_a_mistake(self) -> None:
        mistaken = await self._teller.pay(FARID, LANDLORD, 75_00, "paid twice by mistake")
        await self._teller.refund(BANKER, mistaken)

    async def _take_cash(self) -> None:
        await self._teller.withdraw(FARID, 120_00)

    async def _freeze(self) -> None:
        await self._teller.freeze(DMITRI)

    async def _close(self) -> None:
        await self._teller.withdraw(EVA, 80_00, "EUR")
        await self._teller.close(EVA, "EUR")

    async def _plan_a_holiday(self) -> None:
        await self._teller.hold(ANA, HOTEL, 280_00, "two nights, next month")

    async def _buy_groceries(self, person: Person) -> None:
        what, low, high = self._random.choice(GROCERIES)
        await self._teller.pay(person, GROCER, self._cents(low, high), what)

    async def _see_a_film(self, person: Person) -> None:
        film = self._random.choice(FILMS)
        self._tickets.append(await self._teller.hold(person, CINEMA, 25_00, f"tickets: {film}"))

    async def _charge_cards(self) -> None:
        """Capture the hold for the films of the day before in part, and release the rest."""
        tickets, self._tickets = self._tickets, []
        for ticket in tickets:
            await self._teller.capture(CINEMA, ticket, self._cents(9, 24))
            await self._teller.void(CINEMA, ticket)

    async def _split_a_dinner(self) -> None:
        host, *guests = self._random.sample([ANA, BEN, CHLOE, EVA, FARID], 4)
        for guest in guests:
            await self._teller.pay(guest, host, self._cents(10, 30), "dinner, thank you")

    def _cents(self, low: int, high: int) -> int:
        """A random amount between two, in cents."""
        return self._random.randint(low * 100, high * 100)
