"""The bank's transactions, one short method each."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from bankapp.domain import errors, limits
from bankapp.domain.audit import THE_BANK, Origin
from bankapp.domain.jobs import StartPasswordReset
from bankapp.domain.mail import Code
from bankapp.domain.money import Posting, RequestKey
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.domain.sessions import NewSession, Renewal
from bankapp.domain.users import NewUser, UserChange
from bankapp.store.engine import pool_metrics as measuring
from bankapp.store.engine.batching import Batcher, in_order
from bankapp.store.engine.idempotency import Answer
from bankapp.store.engine.jobs import enqueue
from bankapp.store.engine.transaction import Pool, Queries, Transactions
from bankapp.store.identity import sessions, users
from bankapp.store.identity.session_cache import SessionCache
from bankapp.store.ledger import accounts, postings, statements
from bankapp.store.ledger.postings import Outcome
from bankapp.store.ledger.statements import Statement
from bankapp.store.purge import Purge
from bankapp.telemetry import metrics
from gen import models
from gen.accounts import ListAccountsByIdRow, ListAccountsRow, UpdateAccountStatusRow
from gen.entries import GetBalanceAtRow
from gen.holds import GetHoldRow, ListOwnerHoldsRow
from gen.queries import AsyncQueries
from gen.rate_limits import TakeRateLimitRow
from gen.reports import GetLedgerSizeRow
from gen.sessions import ListSessionCallersRow, RotateRefreshTokenRow
from gen.transfers import GetTransferRow, PostTransfersRow

_ACCOUNT: Final = TypeAdapter(models.Account)


class Store:
    """Everything the bank does with its database.

    A method is one transaction. Each raises Unavailable when the database cannot be reached.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        retry_count_max: int = limits.TRANSACTION_RETRY_COUNT_MAX,
        queries: Queries = AsyncQueries,
    ) -> None:
        self._pool = pool
        transactions = Transactions(pool, retry_count_max, queries)
        self._run = transactions.run
        self._run_statement = transactions.run_statement
        self._try_statement = transactions.try_statement
        self._run_once = transactions.run_once
        self._session_cache = SessionCache(transactions)
        self._accounts = Batcher(self._get_accounts, count_max=limits.READ_COUNT_MAX)
        self._postings = Batcher(
            self._post_gathered,
            run_alone=self._post_alone,
            count_max=limits.POSTING_COUNT_MAX,
            conflict_key=postings.key_of,
        )
        # What somebody sends at once shall leave connections to others.
        self._batch_slots = asyncio.Semaphore(limits.BATCH_CONCURRENCY)
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

    def measure_pool(self) -> None:
        """Bring the metrics of the pool up to date."""
        measuring.note_pool(self._pool)

    async def measure(self) -> None:
        """Bring the metrics of database, pool and queue up to date."""
        self.measure_pool()
        try:
            await self.ping()
            jobs = await self._run_statement(
                lambda q: q.reports.count_jobs(job_count_max=limits.COUNTED_JOB_COUNT_MAX)
            )
            measuring.note_jobs(jobs)
        except errors.Unavailable:
            metrics.DATABASE_UP.set(0)
        else:
            metrics.DATABASE_UP.set(1)

    async def get_ledger_size(self) -> GetLedgerSizeRow:
        return await self._run_statement(lambda q: q.reports.get_ledger_size())

    async def register_user(
        self, user: NewUser, code: Code | None = None, *, origin: Origin = THE_BANK
    ) -> models.User:
        """With `code` the user is asked by mail to prove the address.

        Raises UsernameTaken, EmailTaken.
        """
        return await self._run(users.register, user, code, origin)

    async def sign_up(
        self,
        user: NewUser,
        code: Code,
        key: RequestKey | None,
        render: Callable[[models.User], str],
        *,
        origin: Origin,
    ) -> Answer[str]:
        """Register a user once under the key: what `render` makes of them is the answer.

        Raises UsernameTaken, EmailTaken, IdempotencyKeyReused.
        """

        async def step(q: AsyncQueries) -> str:
            return render(await users.register(q, user, code, origin))

        return await self._run_once(key, step, dump=str, load=str)

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
        await self._run_statement(enqueue, StartPasswordReset(email=email))

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

    async def get_session_caller(self, session_id: uuid.UUID) -> ListSessionCallersRow | None:
        """Who is behind a session; None when it has ended."""
        return await self._session_cache.get(session_id)

    def recall_session_user(self, session_id: uuid.UUID) -> str | None:
        """Whose session it is or was; None when that is not known without asking the database.

        For what is posted with the session as its origin: that looks whether it is open.
        """
        return self._session_cache.recall(session_id)

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

    async def open_account(
        self,
        owner: str,
        currency: str,
        key: RequestKey | None = None,
        *,
        origin: Origin = THE_BANK,
    ) -> Answer[models.Account]:
        """Raises AccountExists, IdempotencyKeyReused, ValidationFailed for an unknown currency."""
        return await self._run_once(
            key,
            lambda q: accounts.open_account(q, owner, currency, origin),
            dump=lambda account: _ACCOUNT.dump_json(account).decode(),
            load=_ACCOUNT.validate_json,
        )

    async def get_account(self, account_id: int) -> ListAccountsByIdRow | None:
        return await self._accounts.submit(account_id)

    async def _get_accounts(self, account_ids: Sequence[int]) -> list[ListAccountsByIdRow | None]:
        rows = await self._run_statement(lambda q: q.accounts.list_accounts_by_id(ids=account_ids))
        return in_order(account_ids, rows, lambda row: row.account.id)

    async def list_accounts(
        self, owner: str, *, before_id: int, row_count_max: int
    ) -> list[ListAccountsRow]:
        """Newest first, those with an id below `before_id`."""
        return await self._run_statement(
            lambda q: q.accounts.list_accounts(
                owner=owner, before_id=before_id, row_count_max=row_count_max
            )
        )

    async def freeze_account(self, account_id: int, *, origin: Origin) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed."""
        return await self._run(accounts.freeze, account_id, origin)

    async def thaw_account(self, account_id: int, *, origin: Origin) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed."""
        return await self._run(accounts.thaw, account_id, origin)

    async def close_account(self, account_id: int, *, origin: Origin) -> UpdateAccountStatusRow:
        """Raises NotFound, AccountClosed, AccountFrozen, AccountNotEmpty."""
        return await self._run(accounts.close, account_id, origin)

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
        # The lock is had and given back at once: to read may take a while.
        await self._run(statements.require_over, account_id, before)
        return await self._run(statements.read, account_id, since, before)

    async def post_one(self, posting: Posting) -> Outcome:
        """Move or hold money, together with whatever else is posted meanwhile.

        What is accepted is durable when this returns. After Unavailable it is unknown whether it
        was posted: the same request under its key tells.
        """
        # Here and not with the others of the batch, after which the next one is waiting.
        outcome = postings.outcome_of(posting, await self._postings.submit(posting))
        if isinstance(outcome, errors.Unauthenticated) and posting.origin.session_id is not None:
            self._session_cache.forget(posting.origin.session_id)
        return outcome

    async def _post_gathered(self, batch: Sequence[Posting]) -> list[PostTransfersRow]:
        metrics.BATCH_SIZES.observe(len(batch))
        return await self._try_statement(
            postings.post, batch, lock_timeout_s=limits.GATHERED_LOCK_TIMEOUT_S
        )

    async def _post_alone(self, batch: Sequence[Posting]) -> list[PostTransfersRow]:
        return await self._run_statement(postings.post, batch)

    async def post(self, batch: Sequence[Posting], *, is_atomic: bool = False) -> list[Outcome]:
        """Move or hold money in one go; returns the outcomes in order.

        Each posting is accepted or refused on its own, with `is_atomic` all or none.
        """
        assert len(batch) <= limits.POSTING_COUNT_MAX
        rows = await self._run_statement(postings.post, batch, is_atomic=is_atomic)
        return postings.outcomes_of(batch, rows)

    async def post_batch(
        self,
        batch: Sequence[Posting],
        *,
        is_atomic: bool,
        key: RequestKey | None,
        render: Callable[[list[Outcome]], str],
    ) -> Answer[str]:
        """Post a batch under one key: what `render` makes of the outcomes is the answer.

        Raises IdempotencyKeyReused, Unauthenticated.
        """

        async def step(q: AsyncQueries) -> str:
            rows = await postings.post(q, batch, is_atomic=is_atomic)
            outcomes = postings.outcomes_of(batch, rows)
            for outcome in outcomes:
                if isinstance(outcome, errors.Unauthenticated):
                    raise outcome  # of all: they are of one session
            return render(outcomes)

        async with self._batch_slots:
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
