"""The Kafka door, broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant

_COMMANDS: Final = "bankapp/api/kafka/commands.py"
_ERRAND: Final = "bankapp/api/kafka/errand.py"
_INBOX: Final = "bankapp/api/kafka/inbox.py"
_LANES: Final = "bankapp/api/kafka/lanes.py"
_LETTERS: Final = "bankapp/api/kafka/letters.py"
_RECORD: Final = "bankapp/api/kafka/record.py"
_SERVICE: Final = "bankapp/api/kafka/service.py"
_ERRANDS_TEST: Final = "tests/api/kafka/test_errands.py"
_RECORDS_TEST: Final = "tests/api/kafka/test_records.py"
_SERVING_TEST: Final = "tests/api/kafka/test_serving.py"


def _code(name: str, path: str, old: str, new: str, tests: str) -> CodeMutant:
    return CodeMutant(name=name, path=path, old=old, new=new, tests=tests)


MUTANTS: Final[list[CodeMutant]] = [
    _code(
        "a command without its key is done",
        _RECORD,
        "if key is None and served.operation.idempotent:",
        "if False:",
        f"{_RECORDS_TEST} -k sender_is_told",
    ),
    _code(
        "a reply goes to any topic",
        _RECORD,
        "if topic is None or not _REPLY_TOPIC.fullmatch(topic):",
        "if topic is None:",
        f"{_RECORDS_TEST} -k good_address",
    ),
    _code(
        "a command is done whose reply has no topic",
        _SERVICE,
        "        await self._require_topic(address)\n",
        "",
        f"{_RECORDS_TEST} -k good_address",
    ),
    _code(
        "a header may be given twice",
        _RECORD,
        "if len(values) > 1 or is_long",
        "if is_long",
        f"{_RECORDS_TEST} -k sender_is_told",
    ),
    _code(
        "a command is done past its deadline",
        _SERVICE,
        "if now >= command.deadline:",
        "if False:",
        f"{_RECORDS_TEST} -k deadline",
    ),
    _code(
        "a deadline may be as late as its sender likes",
        _RECORD,
        "return min(deadline, time + limits.COMMAND_AGE_MAX)",
        "return deadline",
        f"{_RECORDS_TEST} -k old_command",
    ),
    _code(
        "a command may come from the future",
        _RECORD,
        "if time is None or time > now + limits.COMMAND_CLOCK_OFFSET_MAX:",
        "if time is None:",
        f"{_RECORDS_TEST} -k old_command",
    ),
    _code(
        "a value of any size is read",
        _RECORD,
        "if len(record.value) > served.value_bytes_max:",
        "if False:",
        f"{_RECORDS_TEST} -k cannot_be_read",
    ),
    _code(
        "a dead letter has the token",
        _LETTERS,
        " if name is not CommandHeader.AUTHORIZATION",
        "",
        f"{_RECORDS_TEST} -k no_token",
    ),
    _code(
        "a dead letter has a password",
        _LETTERS,
        "is_kept = served is not None and",
        "is_kept = served is None or",
        f"{_RECORDS_TEST} -k no_token",
    ),
    _code(
        "what was left out is served",
        _COMMANDS,
        "    if operation.name not in LEFT_OUT\n",
        "",
        "tests/doors/test_catalogue.py",
    ),
    _code(
        "a command is refused while the database is away",
        _SERVICE,
        "if isinstance(refusal, errors.Unavailable):",
        "if False:",
        f"{_SERVING_TEST} -k partition_waits",
    ),
    _code(
        "a command that fails is passed over",
        _LANES,
        "offset=record.offset)\n            return False",
        "offset=record.offset)\n            return True",
        f"{_ERRANDS_TEST} -k goes_on",
    ),
    _code(
        "an offset is stored before the reply is written",
        _ERRAND,
        "offset=record.offset)\n                return False\n            except NotTaken",
        "offset=record.offset)\n                return True\n            except NotTaken",
        f"{_ERRANDS_TEST} -k not_acknowledged",
    ),
    _code(
        "a command is done again because its reply was not written",
        _ERRAND,
        "if record is not self._record:",
        "if True:",
        f"{_ERRANDS_TEST} -k not_acknowledged",
    ),
    _code(
        "a group begins with the newest command",
        _INBOX,
        '"auto.offset.reset": "earliest"',
        '"auto.offset.reset": "latest"',
        f"{_SERVING_TEST} -k full_partition",
    ),
    _code(
        "a stop forgets what was done",
        _INBOX,
        "self._done[record.partition] = record.offset + 1",
        "str(record)",
        f"{_SERVING_TEST} -k stop_finishes",
    ),
]
