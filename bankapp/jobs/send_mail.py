"""The job that sends one mail."""

from bankapp.domain.jobs import SendMail
from bankapp.jobs.context import JobContext
from bankapp.mail.messages import compose


async def send_mail(job: SendMail, context: JobContext) -> None:
    """Send the mail, with its code unsealed.

    It is sent again when the worker dies after the server has taken it: at least once. Raises
    MailRefused when the server refuses it for good.
    """
    code = None if job.sealed_code is None else context.bank.codes.open(job.sealed_code)
    await context.mailer.send(compose(job, code, context.mail_settings))
