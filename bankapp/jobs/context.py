"""The context of a job."""

from dataclasses import dataclass

from bankapp.exchange_rates.source import RateSource
from bankapp.mail.mailer import Mailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.bank import Bank


@dataclass(frozen=True, slots=True)
class JobContext:
    """The bank, the means to send mail to its users, and its source of exchange rates, if set."""

    bank: Bank
    mailer: Mailer
    mail_settings: MailSettings
    rate_source: RateSource | None = None
