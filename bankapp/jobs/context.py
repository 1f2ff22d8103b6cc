"""The context of a job."""

from dataclasses import dataclass

from bankapp.mail.mailer import Mailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.bank import Bank


@dataclass(frozen=True, slots=True)
class JobContext:
    """The bank, and the means to send mail to its users."""

    bank: Bank
    mailer: Mailer
    mail_settings: MailSettings
