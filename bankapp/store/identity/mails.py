"""The step that has a user prove an e-mail address."""

from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import Code, MailKind
from bankapp.store.engine.jobs import enqueue
from gen import models
from gen.queries import AsyncQueries


async def send_verification(q: AsyncQueries, user: models.User, code: Code) -> None:
    """Have the user prove the present address."""
    verification_id = await q.email_verifications.insert_email_verification(
        username=user.username, email=user.email, code_hash=code.hash
    )
    await enqueue(
        q,
        SendMail(
            kind=MailKind.VERIFY_EMAIL,
            to=user.email,
            full_name=user.full_name,
            verification_id=verification_id,
            sealed_code=code.sealed,
        ),
    )
