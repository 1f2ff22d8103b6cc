"""The Python around the posting call, broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant

_BATCHING: Final = "tests/store/engine/test_batching.py"
_TRANSACTION: Final = "tests/store/engine/test_transaction.py"
_DOOR_KEYS: Final = "tests/doors/test_idempotency.py"
_COMMIT_OR_NOT: Final = """\
{indent}await connection.execute("BEGIN")
{indent}result = await step(self._queries(connection), *args, **kwargs)
{indent}with suppress(psycopg.Error):
{indent}    await connection.execute("COMMIT")
{indent}return result"""


def _code(name: str, path: str, old: str, new: str, tests: str) -> CodeMutant:
    return CodeMutant(name=name, path=path, old=old, new=new, tests=tests)


def _batcher(name: str, old: str, new: str, tests: str = _BATCHING) -> CodeMutant:
    return _code(name, "bankapp/store/engine/batching.py", old, new, tests)


def _transaction(name: str, old: str, new: str, tests: str = _TRANSACTION) -> CodeMutant:
    return _code(name, "bankapp/store/engine/transaction.py", old, new, tests)


def _idempotency(name: str, old: str, new: str, tests: str) -> CodeMutant:
    return _code(name, "bankapp/store/engine/idempotency.py", old, new, tests)


MUTANTS: Final[list[CodeMutant]] = [
    _batcher(
        "requests under one key share a batch",
        "if key in keys:",
        "if False:",
    ),
    _batcher("a batch has no limit", "return min(count, self._count_max)", "return count"),
    _batcher(
        "uneven parts stay uneven",
        "if count > self._undivided_count_max:",
        "if False:",
    ),
    _batcher(
        "a cancelled caller cancels the batch",
        "return await answer",
        "await self._running\n        return await answer",
    ),
    _batcher(
        "a cancelled caller is answered",
        "        if not self.answer.done():\n            self.answer.set_result(answer)",
        "        self.answer.set_result(answer)",
    ),
    _batcher(
        "answers go to the wrong callers",
        "zip(batch, answers, strict=True)",
        "zip(batch, reversed(answers), strict=True)",
    ),
    _batcher(
        "a batch that may have been posted is posted again",
        "if has_waited or not is_undone(error):",
        "if has_waited:",
    ),
    _batcher(
        "an item that waits for a lock fails its batch",
        "if has_waited or not is_undone(error):",
        "if True:",
    ),
    _batcher(
        "a run that has waited for a lock is divided",
        "if has_waited or not is_undone(error):",
        "if not is_undone(error):",
    ),
    _transaction(
        "a statement is answered before it commits",
        "        return await self._with_connection(\n"
        "            lambda connection: step(self._queries(connection), *args, **kwargs)\n"
        "        )",
        "        async def execute(connection: AsyncConnection[Any]) -> Result:\n"
        + _COMMIT_OR_NOT.format(indent=" " * 12)
        + "\n\n        return await self._with_connection(execute)",
        f"{_TRANSACTION} -k not_commit",
    ),
    _transaction(
        "a batch is answered before it commits",
        "        return await self._with_connection(\n"
        "            lambda connection: step(self._queries(connection), *args, **kwargs), "
        "is_patient=False\n        )",
        "        async def execute(connection: AsyncConnection[Any]) -> Result:\n"
        + _COMMIT_OR_NOT.format(indent=" " * 12)
        + "\n\n        return await self._with_connection(execute, is_patient=False)",
        f"{_TRANSACTION} -k not_commit",
    ),
    _transaction(
        "COMMIT does not wait for the disk",
        '"timezone": "UTC",',
        '"timezone": "UTC",\n        "synchronous_commit": "off",',
        "tests/invariants/test_crash.py -k postgres",
    ),
    _transaction(
        "a transaction is answered before it commits",
        "            async with connection.transaction():\n"
        "                return await step(self._queries(connection), *args, **kwargs)",
        _COMMIT_OR_NOT.format(indent=" " * 12),
        f"{_TRANSACTION} -k not_commit",
    ),
    _transaction("conflicts are not retried", "retry_count += 1\n", "raise\n"),
    _transaction("conflicts are retried for ever", "retry_count < self._retry_count_max", "True"),
    _transaction(
        "a refused step is not rolled back",
        "async with connection.transaction():  # a refused step leaves nothing",
        "if True:",
        f"{_DOOR_KEYS} -k refusal",
    ),
    _idempotency(
        "stored answers are not found",
        "if known is None:",
        "if True:",
        f"{_DOOR_KEYS} -k sent_again",
    ),
    _idempotency(
        "another request gets the answer of the first",
        "if known.request_hash != key.request_hash:",
        "if False:",
        f"{_DOOR_KEYS} -k another_request",
    ),
    _idempotency(
        "a key that is taken is overlooked",
        "if not written:",
        "if False:",
        f"{_DOOR_KEYS} -k at_the_same_time",
    ),
    _idempotency(
        "a transient refusal is stored",
        "return not isinstance(refusal, _PASSING)",
        "return True",
        "tests/store/engine/test_idempotency.py -k may_change",
    ),
    _code(
        "an item that waits for a lock delays later batches",
        "bankapp/store/ledger/postings.py",
        "post, batch, lock_timeout_s=tuning.BATCHED_LOCK_TIMEOUT_S, skips_locked=True",
        "post, batch, lock_timeout_s=tuning.STATEMENT_TIMEOUT_S",
        f"{_BATCHING} -k stops_no_other",
    ),
    _code(
        "all who wait for a lock wait in one lane",
        "bankapp/store/ledger/postings.py",
        "self._lanes.submit(row.busy_account_id, posting)",
        "self._lanes.submit(None, posting)",
        "tests/store/ledger/test_busy_accounts.py -k kept_for_long",
    ),
    _code(
        "a lock that is held for long takes the slots of those that are not",
        "bankapp/store/ledger/postings.py",
        "async with self._slow_lane_slots:",
        "async with self._lane_slots:",
        "tests/store/ledger/test_busy_accounts.py -k kept_for_long",
    ),
    _code(
        "the batches of one user take all slots",
        "bankapp/store/ledger/postings.py",
        "self._batch_turns.take(batch[0].origin.actor)",
        "self._batch_turns.take(key)",
        "tests/store/ledger/test_busy_accounts.py -k one_slot",
    ),
    _code(
        "the batches of one user leave others no time",
        "bankapp/store/ledger/postings.py",
        "rest_of=self.begin_rest,",
        "",
        "tests/store/ledger/test_busy_accounts.py -k rest",
    ),
    _code(
        "batches rest although nobody else posts",
        "bankapp/store/ledger/postings.py",
        "if self._batcher.batch_count == known:",
        "if False:",
        "tests/store/ledger/test_busy_accounts.py -k rest",
    ),
    _code(
        "the rest of one user keeps the batches of others waiting",
        "bankapp/store/engine/turns.py",
        "                async with self._all:\n                    started",
        "                async with line.turns:\n                    started",
        "tests/store/engine/test_turns.py",
    ),
    _code(
        "an unreachable database is an internal error",
        "bankapp/store/engine/sqlstate.py",
        "        case Meaning.GONE:\n            return errors.Unavailable()",
        "        case Meaning.GONE:\n            return None",
        _TRANSACTION,
    ),
    _code(
        "a statement that was cut off counts as undone",
        "bankapp/store/engine/sqlstate.py",
        "        case Meaning.GONE:\n            return errors.Unavailable()",
        "        case Meaning.GONE:\n            return errors.Unavailable.undone()",
        f"{_TRANSACTION} -k undone",
    ),
    _code(
        "connections to a server that became a standby are kept",
        "bankapp/store/engine/transaction.py",
        "if sqlstate.is_read_only(error):",
        "if False:",
        f"{_TRANSACTION} -k read_only",
    ),
    _code(
        "every user sees every account",
        "bankapp/operations/ledger/accounts.py",
        "or not caller.may_see(account.owner)",
        "",
        "tests/api/ledger/test_accounts.py",
    ),
    _code(
        "every user sees every transfer",
        "bankapp/operations/ledger/transfers.py",
        "    row = await bank.store.transfers.get(request.transfer_id)\n"
        "    if row is None or not caller.may_see(row.from_owner, row.to_owner):",
        "    row = await bank.store.transfers.get(request.transfer_id)\n    if row is None:",
        "tests/api/ledger/test_transfers.py -k another_persons",
    ),
    _code(
        "a transfer does not require the owner",
        "bankapp/operations/ledger/transfers.py",
        "        description=request.description,\n        required_owner=holder.username,",
        "        description=request.description,\n        required_owner=None,",
        "tests/api/ledger/test_transfers.py",
    ),
    _code(
        "a batch is one try of a limit",
        "bankapp/operations/ledger/batches.py",
        "count_tries=lambda request: len(request.transfers)",
        "count_tries=lambda request: 1",
        "tests/api/ledger/test_posting_limit.py -k batch",
    ),
    _code(
        "an ended session is told of a limit",
        "bankapp/operations/admission.py",
        "await require_session(bank, visitor)",
        "pass",
        "tests/doors/test_sessions.py",
    ),
    _code(
        "a sign-in ends no session",
        "bankapp/store/identity/sessions.py",
        "kept_count=limits.OPEN_SESSION_COUNT_MAX",
        "kept_count=2 * limits.OPEN_SESSION_COUNT_MAX",
        "tests/api/identity/test_many_sessions.py",
    ),
    _code(
        "a taken address breaks a constraint",
        "bankapp/store/identity/users.py",
        "await _require_free_email(q, wanted)",
        "pass",
        "tests/doors/test_refusals.py",
    ),
    _code(
        "a posting does not name its session",
        "bankapp/operations/callers.py",
        "return Origin(self.username, self.request_id, self.address, self.session_id)",
        "return Origin(self.username, self.request_id, self.address)",
        "tests/api/identity/test_ended_sessions.py",
    ),
    _code(
        "a batch whose session has ended is answered",
        "bankapp/store/ledger/postings.py",
        "raise outcome  # all items are of one session",
        "pass",
        "tests/api/identity/test_ended_sessions.py -k batch",
    ),
    _code(
        "an ended session stays in the cache",
        "bankapp/store/ledger/postings.py",
        "self._forget_session(posting.origin.session_id)",
        "pass",
        "tests/store/identity/test_session_cache.py",
    ),
    _code(
        "a cached session needs no verified address",
        "bankapp/operations/admission.py",
        "if operation.checks_session and not _asks_for_email(bank, operation):",
        "if operation.checks_session:",
        "tests/doors/test_rules.py -k verified_address",
    ),
    _code(
        "an invalid request of an ended session is validated",
        "bankapp/operations/serving.py",
        "await require_session(bank, visitor)",
        "pass",
        "tests/doors/test_sessions.py",
    ),
    _code(
        "an idempotency key belongs to all users",
        "bankapp/operations/serving.py",
        "scope = visitor.username",
        'scope = "all users"',
        f"{_DOOR_KEYS} -k another_users_key",
    ),
    _code(
        "requests of two operations are one under a key",
        "bankapp/operations/keys.py",
        'f"{_HASHED_AS.get(operation, operation)}\\n{hashed}"',
        "hashed",
        f"{_DOOR_KEYS} -k another_operation",
    ),
    _code(
        "the payer reverses",
        "bankapp/operations/ledger/transfers.py",
        "if not caller.may_see(known.to_owner):",
        "if False:",
        "tests/api/ledger/test_reversals.py -k who_may",
    ),
    _code(
        "the operation lets the payer capture",
        "bankapp/operations/ledger/holds.py",
        "if not caller.may_see(row.to_owner):",
        "if False:",
        "tests/api/ledger/test_holds.py -k capture",
    ),
    _code(
        "depositors pay cash in",
        "bankapp/operations/ledger/transfers.py",
        "@operation(idempotent=True, role=Role.BANKER, refuses=POSTING_REFUSALS)",
        "@operation(idempotent=True, refuses=POSTING_REFUSALS)",
        "tests/doors/test_authorization.py -k who_may",
    ),
]
