"""What the jobs work with."""

from dataclasses import dataclass

from bankapp.mail.letters import Stationery
from bankapp.mail.mailer import Mailer
from bankapp.operations.operation import Bank


@dataclass(frozen=True, slots=True)
class Office:
    """The bank, and the means to write to its customers."""

    bank: Bank
    mailer: Mailer
    stationery: Stationery
