"""The people of the month."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "four small blue boats"


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `about` tells a reader of the demo where to look."""

    username: str
    full_name: str
    about: str

    @property
    def email(self) -> str:
        """An address in a domain that is reserved for examples."""
        return f"{self.username}@example.com"


BANKER: Final = Person("brenda_bank", "Brenda Bank", "a banker: may see and do more")

EMPLOYER: Final = Person("nordwind", "Nordwind Robotics", "pays salaries, in one batch")
LANDLORD: Final = Person("casa_verde", "Casa Verde Housing", "is paid the rents")
GROCER: Final = Person("mercado_sur", "Mercado Sur", "a shop: many small payments, some refunds")
CINEMA: Final = Person("kino_lumen", "Kino Lumen", "is paid by card: holds and captures")
HOTEL: Final = Person("hotel_miramar", "Hotel Miramar", "holds: captured in parts, voided, open")
BUSINESSES: Final = (EMPLOYER, LANDLORD, GROCER, CINEMA, HOTEL)

ANA: Final = Person("ana_lopez", "Ana López", "a month of everything; a hold is open")
BEN: Final = Person("ben_okafor", "Ben Okafor", "lives with Ana, saves euros")
CHLOE: Final = Person("chloe_martin", "Chloé Martin", "had a hotel and got money back")
DMITRI: Final = Person("dmitri_orlov", "Дмитрий Орлов", "his account is frozen")
EVA: Final = Person("eva_novak", "Eva Nováková", "closed her account in euros")
FARID: Final = Person("farid_haddad", "فريد حداد", "took cash out; a payment of his was reversed")
PEOPLE: Final = (ANA, BEN, CHLOE, DMITRI, EVA, FARID)

# Signs up last, so that their existence proves that the month is complete.
NEWCOMER: Final = Person("zoe_new", "Zoë New", "signed up at last, and has no account yet")

CUSTOMERS: Final = (*PEOPLE, *BUSINESSES)
EVERYBODY: Final = (*PEOPLE, NEWCOMER, *BUSINESSES, BANKER)
