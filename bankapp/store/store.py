"""The bank's transactions, one short method each."""

import asyncio
import uuid
from collections.abc import Sequence

from bankapp.domain import errors, limits
from bankapp.domain.audit import THE_BANK, Origin
from bankapp.domain.jobs import Job
from bankapp.domain.mail import Code
from bankapp.domain.money import Posting
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.domain.sessions import NewSession, Renewal
from bankapp.domain.users import NewUser, UserChange
from bankapp.store import postings, sessions, users
from bankapp.store.postings import Outcome
from bankapp.store.purge import Purge
from bankapp.store.transaction import Pool, Transactions
from gen import models
from gen.rate_limits import TakeRateLimitRow
from gen.sessions import GetSessionCallerRow, RotateRefreshTokenRow
from gen.transfers import GetTransferRow


class Store:
    """Everything the bank does with its database.

    A method is one transaction. Each raises Unavailable when the database cannot be reached.
    """

    def __init__(
        self, pool: Pool, *, retry_count_max: int = limits.TRANSACTION_RETRY_COUNT_MAX
    ) -> None:
        transactions = Transactions(pool, retry_count_max)
        self._run = transactions.run
        self._run_statement = transactions.run_statement
        self._ping: asyncio.Task[int] | None = None

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        One question at a time: a frozen server, which does not even refuse, is not asked again.
        """
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._run_statement(lambda q: q.reports.ping()))
        answered, _ = await asyncio.wait({self._ping}, timeout=limits.CONNECTION_TIMEOUT_S)
        if not answered:
            raise errors.Unavailable
        self._ping.result()

    async def register_user(
        self, user: NewUser, code: Code | None = None, *, origin: Origin = THE_BANK
    ) -> models.User:
        """With `code` the user is asked by mail to prove the address.

        Raises UsernameTaken, EmailTaken.
        """
        return await self._run(users.register, user, code, origin)

    async def get_user(self, username: str) -> models.User | None:
        return await self._run_statement(lambda q: q.users.get_user(username=username))

    async def change_role(
        self, username: str, role: Role, *, origin: Origin = THE_BANK
    ) -> models.User | None:
        """Takes effect with the user's next request."""
        return await self._run(users.change_role, username, role, origin)

    async def change_user(
        self, change: UserChange, code: Code | None, *, origin: Origin
    ) -> models.User | None:
        """Takes effect with the user's next request. `code` proves a new address.

        Raises EmailTaken; InvalidCredentials and Forbidden when the user is no longer as known.
        """
        return await self._run(users.change, change, code, origin)

    async def rehash_password(
        self, username: str, known_hash: str, hashed_password: str, *, origin: Origin
    ) -> None:
        await self._run(users.rehash, username, known_hash, hashed_password, origin)

    async def block_user(
        self, username: str, *, is_blocked: bool, origin: Origin
    ) -> models.User | None:
        """Ends the user's sessions."""
        return await self._run(users.block, username, origin, is_blocked=is_blocked)

    async def send_verification_again(self, username: str, code: Code) -> None:
        await self._run(users.send_verification_again, username, code)

    async def verify_email(self, verification_id: int, code_hash: bytes, *, origin: Origin) -> bool:
        """Whether the code worked."""
        return await self._run(users.verify_email, verification_id, code_hash, origin)

    async def request_password_reset(self, email: str) -> None:
        """In the worker, so that the time it takes does not tell whether the address is known."""
        await self._run_statement(
            lambda q: q.jobs.enqueue_job(
                task_name=Job.START_PASSWORD_RESET, arguments={"email": email}
            )
        )

    async def start_password_reset(self, email: str, code: Code) -> None:
        await self._run(users.start_password_reset, email, code)

    async def reset_password(
        self, code_hash: bytes, hashed_password: str, *, origin: Origin
    ) -> bool:
        """Whether the code worked."""
        return await self._run(users.reset_password, code_hash, hashed_password, origin)

    async def open_session(self, session: NewSession, *, origin: Origin = THE_BANK) -> None:
        """Raises InvalidCredentials when the password has changed since it was checked."""
        await self._run(sessions.open_session, session, origin)

    async def renew_session(
        self, renewal: Renewal, *, origin: Origin
    ) -> RotateRefreshTokenRow | None:
        """None when the token does not work; when it was used already, the session has ended."""
        return await self._run(sessions.renew, renewal, origin)

    async def get_session_caller(self, session_id: uuid.UUID) -> GetSessionCallerRow | None:
        """Who is behind a session; None when it has ended."""
        return await self._run_statement(lambda q: q.sessions.get_session_caller(id=session_id))

    async def list_sessions(
        self, username: str, *, before_number: int, row_count_max: int
    ) -> list[models.Session]:
        """The open ones, newest first, those with a number below `before_number`."""
        return await self._run_statement(
            lambda q: q.sessions.list_sessions(
                username=username, before_number=before_number, row_count_max=row_count_max
            )
        )

    async def end_session(self, session_id: uuid.UUID, username: str, *, origin: Origin) -> bool:
        """Whether there was such a session of the user."""
        return await self._run(sessions.end, session_id, username, origin)

    async def end_sessions(self, username: str, *, origin: Origin) -> None:
        await self._run(sessions.end_all, username, origin)

    async def take_rate_limit(self, limit: RateLimit, key: str) -> TakeRateLimitRow:
        """Count one more try."""
        return await self._run_statement(
            lambda q: q.rate_limits.take_rate_limit(
                key=key,
                attempt_interval=limit.interval,
                burst_interval=limit.period,
            )
        )

    async def purge(self, step: Purge) -> int:
        """Remove one batch of what nobody needs any more; how many rows."""
        return await self._run_statement(step)

    async def open_account(self, owner: str, currency: str) -> models.Account:
        """Raises AccountExists, ValidationFailed for a currency the bank does not have."""
        return await self._run_statement(
            lambda q: q.accounts.insert_account(owner=owner, currency=currency)
        )

    async def get_account(self, account_id: int) -> models.Account | None:
        return await self._run_statement(lambda q: q.accounts.get_account(id=account_id))

    async def list_accounts(
        self, owner: str, *, before_id: int, row_count_max: int
    ) -> list[models.Account]:
        """Newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.accounts.list_accounts(
                owner=owner, before_id=before_id, row_count_max=row_count_max
            )
        )

    async def list_entries(
        self, account_id: int, *, before_transfer_id: int, row_count_max: int
    ) -> list[models.Entry]:
        """Newest first, those of transfers with an id below `before_transfer_id`."""
        return await self._run_statement(
            lambda q: q.entries.list_entries(
                account_id=account_id,
                before_transfer_id=before_transfer_id,
                row_count_max=row_count_max,
            )
        )

    async def post(self, batch: Sequence[Posting]) -> list[Outcome]:
        """Move money. The only method that does.

        Each posting is accepted or refused on its own; returns their outcomes in order. What is
        accepted is durable when this returns. After Unavailable it is unknown whether the batch was
        posted.
        """
        assert len(batch) <= limits.POSTING_COUNT_MAX
        return await self._run_statement(postings.post, batch)

    async def get_transfer(self, transfer_id: int) -> GetTransferRow | None:
        """With the owners of both sides."""
        return await self._run_statement(lambda q: q.transfers.get_transfer(id=transfer_id))

    async def list_account_transfers(
        self, account_id: int, *, before_id: int, row_count_max: int
    ) -> list[models.Transfer]:
        """Newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.transfers.list_account_transfers(
                account_id=account_id, before_id=before_id, row_count_max=row_count_max
            )
        )

    async def list_owner_transfers(
        self, owner: str, *, before_id: int, row_count_max: int
    ) -> list[models.Transfer]:
        """Of all accounts of a person, newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.transfers.list_owner_transfers(
                owner=owner, before_id=before_id, row_count_max=row_count_max
            )
        )
