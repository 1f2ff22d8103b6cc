"""The bank's transactions, one short method each."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from pydantic import TypeAdapter

from bankapp.domain import errors, limits
from bankapp.domain.money import Posting, RequestKey
from bankapp.domain.roles import Role
from bankapp.domain.users import NewUser
from bankapp.store import accounts, postings, statements, users
from bankapp.store.gathering import Gatherer
from bankapp.store.idempotency import Answer
from bankapp.store.postings import Outcome
from bankapp.store.statements import Statement
from bankapp.store.transaction import Pool, Transactions
from gen import models
from gen.accounts import GetAccountRow, ListAccountsRow, UpdateAccountStatusRow
from gen.entries import GetBalanceAtRow
from gen.holds import GetHoldRow, ListOwnerHoldsRow
from gen.queries import AsyncQueries
from gen.sessions import GetSessionCallerRow
from gen.transfers import GetTransferRow

_ACCOUNT: Final = TypeAdapter(models.Account)


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
        self._run_once = transactions.run_once
        self._gatherer = Gatherer(self.post)
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

    async def open_account(
        self, owner: str, currency: str, key: RequestKey | None = None
    ) -> Answer[models.Account]:
        """Raises AccountExists, IdempotencyKeyReused, ValidationFailed for an unknown currency."""
        return await self._run_once(
            key,
            lambda q: q.accounts.insert_account(owner=owner, currency=currency),
            dump=lambda account: _ACCOUNT.dump_json(account).decode(),
            load=_ACCOUNT.validate_json,
        )

    async def get_account(self, account_id: int) -> GetAccountRow | None:
        return await self._run_statement(lambda q: q.accounts.get_account(id=account_id))

    async def list_accounts(
        self, owner: str, *, before_id: int, row_count_max: int
    ) -> list[ListAccountsRow]:
        """Newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.accounts.list_accounts(
                owner=owner, before_id=before_id, row_count_max=row_count_max
            )
        )

    async def freeze_account(self, account_id: int) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed."""
        return await self._run(accounts.freeze, account_id)

    async def thaw_account(self, account_id: int) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed."""
        return await self._run(accounts.thaw, account_id)

    async def close_account(self, account_id: int) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed, AccountFrozen, AccountNotEmpty."""
        return await self._run(accounts.close, account_id)

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

    async def get_balance_at(self, account_id: int, moment: datetime | None) -> GetBalanceAtRow:
        """What the account held then or, without a time, holds now; and what of it is promised."""
        return await self._run_statement(
            lambda q: q.entries.get_balance_at(account_id=account_id, moment=moment)
        )

    async def get_statement(self, account_id: int, since: datetime, before: datetime) -> Statement:
        """Everything that happened to the account from `since` to just before `before`.

        Raises ValidationFailed when that is not over, StatementTooLarge.
        """
        return await self._run(statements.read, account_id, since, before)

    async def post_one(self, posting: Posting) -> Outcome:
        """Move or hold money, together with whatever else is posted meanwhile.

        What is accepted is durable when this returns. After Unavailable it is unknown whether it
        was posted: the same request under its key tells.
        """
        return await self._gatherer.post(posting)

    async def post(self, batch: Sequence[Posting], *, is_atomic: bool = False) -> list[Outcome]:
        """Move or hold money in one go; returns the outcomes in order.

        Each posting is accepted or refused on its own, with `is_atomic` all or none.
        """
        assert len(batch) <= limits.POSTING_COUNT_MAX
        return await self._run_statement(postings.post, batch, is_atomic=is_atomic)

    async def post_batch(
        self,
        batch: Sequence[Posting],
        *,
        is_atomic: bool,
        key: RequestKey | None,
        render: Callable[[list[Outcome]], str],
    ) -> Answer[str]:
        """Post a batch under one key: what `render` makes of the outcomes is the answer.

        Raises IdempotencyKeyReused.
        """

        async def step(q: AsyncQueries) -> str:
            return render(await postings.post(q, batch, is_atomic=is_atomic))

        return await self._run_once(key, step, dump=str, load=str)

    async def get_hold(self, hold_id: int) -> GetHoldRow | None:
        """With the owners of both sides."""
        return await self._run_statement(lambda q: q.holds.get_hold(id=hold_id))

    async def list_owner_holds(
        self, owner: str, *, before_id: int, row_count_max: int
    ) -> list[ListOwnerHoldsRow]:
        """On and for all accounts of a person, newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.holds.list_owner_holds(
                owner=owner, before_id=before_id, row_count_max=row_count_max
            )
        )

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
