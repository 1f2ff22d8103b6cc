"""Steps that have a mail sent once their transaction has committed."""

from bankapp.domain.jobs import Job
from bankapp.domain.mail import Code, Mail, MailKind
from gen import models
from gen.queries import AsyncQueries


async def send(q: AsyncQueries, mail: Mail) -> None:
    """Queue a mail."""
    await q.jobs.enqueue_job(task_name=Job.SEND_MAIL, arguments=mail.as_arguments())


async def send_verification(q: AsyncQueries, user: models.User, code: Code) -> None:
    """Have the user prove the present address."""
    verification_id = await q.email_verifications.insert_email_verification(
        username=user.username, email=user.email, code_hash=code.hash
    )
    await send(
        q,
        Mail(
            kind=MailKind.VERIFY_EMAIL,
            to=user.email,
            full_name=user.full_name,
            verification_id=verification_id,
            sealed_code=code.sealed,
        ),
    )
