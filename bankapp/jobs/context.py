"""The context of a job."""

from dataclasses import dataclass

from bankapp.exchange_rates.source import RateSource
from bankapp.mail.mailer import Mailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.bank import Bank
from bankapp.webhooks.sender import Sender


@dataclass(frozen=True, slots=True)
class JobContext:
    """The bank, and what jobs reach others with: mail, a source of rates, webhooks, if set."""

    bank: Bank
    mailer: Mailer
    mail_settings: MailSettings
    rate_source: RateSource | None = None
    webhook_sender: Sender | None = None
