"""The job that sends one mail."""

from typing import Final

import structlog

from bankapp.auth.codes import hash_code
from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import MailKind
from bankapp.jobs.context import JobContext
from bankapp.mail.messages import compose
from bankapp.store.store import Store

_log: Final[structlog.typing.FilteringBoundLogger] = structlog.get_logger("bankapp.jobs")


async def send_mail(job: SendMail, context: JobContext) -> None:
    """Send the mail, with its code unsealed; the time of the code begins now.

    It is sent again when the worker dies after the server has taken it: at least once. A mail whose
    code was used already, or whose address is no longer the user's, is not sent. Raises MailRefused
    when the server refuses it for good.
    """
    code = None if job.sealed_code is None else context.bank.codes.open(job.sealed_code)
    if code is not None and not await _renew(job, code, context.bank.store):
        _log.info("mail dropped", kind=job.kind)
        return
    await context.mailer.send(compose(job, code, context.mail_settings))


async def _renew(job: SendMail, code: str, store: Store) -> bool:
    if job.kind is MailKind.RESET_PASSWORD:
        return await store.password_resets.renew(job.to, hash_code(code))
    assert job.verification_id is not None
    return await store.email_verifications.renew(job.verification_id, job.to, hash_code(code))
