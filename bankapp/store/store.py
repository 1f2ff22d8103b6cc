"""The bank's transactions, one short method each."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address

from bankapp.domain import errors, limits
from bankapp.domain.money import Posting
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser
from bankapp.store import postings, users
from bankapp.store.postings import Outcome
from bankapp.store.transaction import Pool, Transactions
from gen import models
from gen.sessions import GetSessionCallerRow
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

    async def register_user(self, user: NewUser) -> models.User:
        """Raises UsernameTaken, EmailTaken."""
        return await self._run_statement(users.insert, user)

    async def get_user(self, username: str) -> models.User | None:
        return await self._run_statement(lambda q: q.users.get_user(username=username))

    async def change_role(self, username: str, role: Role) -> models.User | None:
        """Takes effect with the user's next request."""
        return await self._run_statement(
            lambda q: q.users.update_user_role(username=username, role=models.UserRole(role))
        )

    async def open_session(
        self,
        session_id: uuid.UUID,
        *,
        username: str,
        user_agent: str,
        client_address: IPv4Address | IPv6Address | None,
        lifetime: timedelta,
    ) -> None:
        await self._run_statement(
            lambda q: q.sessions.insert_session(
                id=session_id,
                username=username,
                user_agent=user_agent,
                client_address=client_address,
                lifetime=lifetime,
            )
        )

    async def get_session_caller(self, session_id: uuid.UUID) -> GetSessionCallerRow | None:
        """Who is behind a session; None when it has ended."""
        return await self._run_statement(lambda q: q.sessions.get_session_caller(id=session_id))

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
