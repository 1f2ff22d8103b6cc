"""Email verifications: a mailed code verifies an address."""

from bankapp.domain import events
from bankapp.domain.jobs import SendMail
from bankapp.domain.mail import Code, MailKind
from bankapp.domain.origin import Origin
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Transactions
from bankapp.store.events import audit
from gen import models
from gen.queries import AsyncQueries


class EmailVerifications:
    """The transactions on email verifications."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run

    async def resend(self, username: str, code: Code) -> None:
        """Mail another code, unless the user's address is verified already."""
        await self._run(resend_verification, username, code)

    async def renew(self, verification_id: int, email: str, code_hash: bytes) -> bool:
        """Have the time of a code begin now; False when it was used or the address changed."""
        return await self._run(renew_verification, verification_id, email, code_hash)

    async def complete(self, verification_id: int, code_hash: bytes, *, origin: Origin) -> bool:
        """Verify the address; False when the code does not work."""
        return await self._run(verify_email, verification_id, code_hash, origin)


async def send_verification(q: AsyncQueries, user: models.User, code: Code) -> None:
    """Mail a code that verifies the user's present address."""
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


async def resend_verification(q: AsyncQueries, username: str, code: Code) -> None:
    user = await q.users.lock_user(username=username)
    if user is not None and not user.is_email_verified:
        await send_verification(q, user, code)


async def renew_verification(
    q: AsyncQueries, verification_id: int, email: str, code_hash: bytes
) -> bool:
    await q.email_verifications.delete_unused_email_verification(id=verification_id)
    renewed = await q.email_verifications.renew_email_verification(
        id=verification_id, email=email, code_hash=code_hash
    )
    return renewed is not None


async def verify_email(
    q: AsyncQueries, verification_id: int, code_hash: bytes, origin: Origin
) -> bool:
    await q.email_verifications.lock_user_of_email_verification(id=verification_id)
    username = await q.email_verifications.use_email_verification(
        id=verification_id, code_hash=code_hash
    )
    if username is None:
        return False
    before = await q.users.lock_user(username=username)
    assert before is not None
    if not before.is_email_verified:
        await q.users.verify_user_email(username=username)
        await audit.record(q, origin, events.UserEmailVerified(username=username))
    return True
