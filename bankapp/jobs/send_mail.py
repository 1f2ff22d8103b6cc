"""The job that sends one mail."""

from typing import Any

from bankapp.domain.mail import Mail
from bankapp.jobs.context import JobContext
from bankapp.mail.messages import compose


async def send_mail(context: JobContext, arguments: dict[str, Any]) -> None:
    """Send the mail that `arguments` describe, with its code unsealed.

    Sent again when the worker dies between the server's yes and noting it: at least once.
    """
    mail = Mail(**arguments)
    code = None if mail.sealed_code is None else context.bank.codes.open(mail.sealed_code)
    await context.mailer.send(compose(mail, code, context.mail_settings))
