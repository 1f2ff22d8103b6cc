"""The job that sends one mail."""

from typing import Any

from bankapp.domain.mail import Mail
from bankapp.mail.letters import compose
from bankapp.worker.office import Office


async def send_mail(office: Office, arguments: dict[str, Any]) -> None:
    """Send the mail that `arguments` describe, with its code unsealed.

    Sent again when the worker dies between the server's yes and noting it: at least once.
    """
    mail = Mail(**arguments)
    code = None if mail.sealed_code is None else office.bank.codes.open(mail.sealed_code)
    await office.mailer.send(compose(mail, code, office.stationery))
