"""Password resets: a code by mail sets a new password."""

from bankapp.domain.jobs import SendMail, StartPasswordReset
from bankapp.domain.mail import Code, MailKind
from bankapp.domain.origin import Origin
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Transactions
from bankapp.store.identity.sessions import end_sessions
from bankapp.store.identity.users import note_new_password
from gen.queries import AsyncQueries


class PasswordResets:
    """The transactions on password resets."""

    def __init__(self, transactions: Transactions) -> None:
        self._run = transactions.run
        self._run_statement = transactions.run_statement

    async def request(self, email: str) -> None:
        """Have a worker start a reset, so that the time to answer does not reveal the user."""
        await self._run_statement(enqueue, StartPasswordReset(email=email))

    async def start(self, email: str, code: Code) -> None:
        """Mail a code to the user who has this address, if there is one."""
        await self._run(start_password_reset, email, code)

    async def renew(self, email: str, code_hash: bytes) -> bool:
        """Have the time of a code begin now; False when it was used or the address changed."""
        return await self._run(renew_reset, email, code_hash)

    async def complete(self, code_hash: bytes, hashed_password: str, *, origin: Origin) -> bool:
        """Set a new password and end all sessions; False when the code does not work."""
        return await self._run(reset_password, code_hash, hashed_password, origin)


async def start_password_reset(q: AsyncQueries, email: str, code: Code) -> None:
    user = await q.users.get_user_by_email(email=email)
    if user is None:
        return
    await q.password_resets.insert_password_reset(
        username=user.username, email=user.email, code_hash=code.hash
    )
    await enqueue(
        q,
        SendMail(
            kind=MailKind.RESET_PASSWORD,
            to=user.email,
            full_name=user.full_name,
            sealed_code=code.sealed,
        ),
    )


async def renew_reset(q: AsyncQueries, email: str, code_hash: bytes) -> bool:
    await q.password_resets.delete_unused_password_reset(code_hash=code_hash)
    renewed = await q.password_resets.renew_password_reset(email=email, code_hash=code_hash)
    return renewed is not None


async def reset_password(
    q: AsyncQueries, code_hash: bytes, hashed_password: str, origin: Origin
) -> bool:
    await q.password_resets.lock_user_of_password_reset(code_hash=code_hash)
    username = await q.password_resets.use_password_reset(code_hash=code_hash)
    if username is None:
        return False
    await q.users.update_user(
        username=username, full_name=None, email=None, hashed_password=hashed_password
    )
    await note_new_password(q, username, origin)
    await end_sessions(q, username, origin)
    return True
