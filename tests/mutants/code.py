"""The Python around the posting call, broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant

_GATHERING: Final = "tests/store/test_gathering.py"
_TRANSACTION: Final = "tests/store/test_transaction.py"
_COMMIT_OR_NOT: Final = """\
{indent}await connection.execute("BEGIN")
{indent}result = await step(AsyncQueries(connection), *args, **kwargs)
{indent}with suppress(psycopg.Error):
{indent}    await connection.execute("COMMIT")
{indent}return result"""


def _code(name: str, path: str, old: str, new: str, tests: str) -> CodeMutant:
    return CodeMutant(name=name, path=path, old=old, new=new, tests=tests)


def _gatherer(name: str, old: str, new: str, tests: str = _GATHERING) -> CodeMutant:
    return _code(name, "bankapp/store/gathering.py", old, new, tests)


def _transaction(name: str, old: str, new: str, tests: str = _TRANSACTION) -> CodeMutant:
    return _code(name, "bankapp/store/transaction.py", old, new, tests)


def _idempotency(name: str, old: str, new: str, tests: str) -> CodeMutant:
    return _code(name, "bankapp/store/idempotency.py", old, new, tests)


MUTANTS: Final[list[CodeMutant]] = [
    _gatherer(
        "requests under one key go together",
        "if key is not None and (key.scope, key.key) in keys:",
        "if False:",
    ),
    _gatherer("a batch has no limit", "len(batch) < limits.POSTING_COUNT_MAX", "True"),
    _gatherer(
        "who goes away takes the batch along",
        "return await future",
        "await self._posting\n        return await future",
    ),
    _gatherer(
        "who has gone away is answered",
        "            for (_, future), outcome in zip(batch, outcomes, strict=True):\n"
        "                if not future.done():\n                    future.set_result(outcome)",
        "            for (_, future), outcome in zip(batch, outcomes, strict=True):\n"
        "                future.set_result(outcome)",
    ),
    _gatherer(
        "answers go to the wrong callers",
        "zip(batch, outcomes, strict=True)",
        "zip(batch, reversed(outcomes), strict=True)",
    ),
    _gatherer(
        "what may have been posted is posted again",
        'return not isinstance(error, errors.Refusal) or getattr(error, "is_undone", False)',
        "return True",
    ),
    _gatherer(
        "one who waits for a lock fails all",
        'return not isinstance(error, errors.Refusal) or getattr(error, "is_undone", False)',
        "return not isinstance(error, errors.Refusal)",
    ),
    _transaction(
        "a statement is answered whether it commits or not",
        "            return await step(AsyncQueries(connection), *args, **kwargs)\n\n"
        "        return await self._with_connection(execute)",
        _COMMIT_OR_NOT.format(indent=" " * 12) + "\n\n"
        "        return await self._with_connection(execute)",
        f"{_TRANSACTION} -k not_commit",
    ),
    _transaction(
        "COMMIT does not wait for the disk",
        '"timezone": "UTC",',
        '"timezone": "UTC",\n        "synchronous_commit": "off",',
        "tests/invariants/test_crash.py -k postgres",
    ),
    _transaction(
        "a transaction is answered whether it commits or not",
        "            async with connection.transaction():\n"
        "                return await step(AsyncQueries(connection), *args, **kwargs)",
        _COMMIT_OR_NOT.format(indent=" " * 12),
        f"{_TRANSACTION} -k not_commit",
    ),
    _transaction("conflicts are not tried again", "retry_count += 1\n", "raise\n"),
    _transaction("conflicts are tried for ever", "retry_count < self._retry_count_max", "True"),
    _transaction(
        "what is refused stays",
        "async with connection.transaction():  # what is refused leaves nothing",
        "if True:",
        "tests/api/test_idempotency.py",
    ),
    _idempotency(
        "answers are not recalled",
        "if known is None:",
        "if True:",
        "tests/api/test_idempotency.py -k sent_again",
    ),
    _idempotency(
        "another request gets the answer of the first",
        "if known.request_hash != key.request_hash:",
        "if False:",
        "tests/api/test_idempotency.py -k another_body",
    ),
    _idempotency(
        "a key that is taken is overlooked",
        "if not written:",
        "if False:",
        "tests/api/test_idempotency.py -k at_the_same_time",
    ),
    _idempotency(
        "a passing refusal is kept",
        "return not isinstance(refusal, _PASSING)",
        "return True",
        "tests/store/test_idempotency.py -k may_change",
    ),
    _code(
        "an unreachable database is a bug",
        "bankapp/store/sqlstate.py",
        "return errors.Unavailable() if error.sqlstate[:2] in _UNAVAILABLE_CLASSES else None",
        "return None",
        _TRANSACTION,
    ),
    _code(
        "a statement that was cut off counts as undone",
        "bankapp/store/sqlstate.py",
        "refusal.is_undone = is_conflict(error) or error.sqlstate == _LOCK_TIMEOUT",
        "refusal.is_undone = True",
        f"{_TRANSACTION} -k undone",
    ),
    _code(
        "everybody sees every account",
        "bankapp/operations/accounts.py",
        "or not caller.may_see(row.account.owner)",
        "",
        "tests/api/test_accounts.py",
    ),
    _code(
        "everybody sees every transfer",
        "bankapp/operations/transfers.py",
        "    row = await bank.store.get_transfer(request.transfer_id)\n"
        "    if row is None or not caller.may_see(row.from_owner, row.to_owner):",
        "    row = await bank.store.get_transfer(request.transfer_id)\n    if row is None:",
        "tests/api/test_transfers.py -k another_persons",
    ),
    _code(
        "a transfer is made for whoever asks",
        "bankapp/operations/transfers.py",
        "        description=request.description,\n        actor=caller.username,",
        "        description=request.description,\n        actor=None,",
        "tests/api/test_transfers.py",
    ),
    _code(
        "the payer reverses",
        "bankapp/operations/transfers.py",
        "if not caller.may_see(known.to_owner):",
        "if False:",
        "tests/api/test_reversals.py -k who_may",
    ),
    _code(
        "the payer captures, says the door",
        "bankapp/operations/holds.py",
        "if not caller.may_see(row.to_owner):",
        "if False:",
        "tests/api/test_holds.py -k capture",
    ),
    _code(
        "depositors pay cash in",
        "bankapp/operations/transfers.py",
        "@operation(role=Role.BANKER, refuses=POSTING_REFUSALS)",
        "@operation(refuses=POSTING_REFUSALS)",
        "tests/api/test_roles.py",
    ),
]
