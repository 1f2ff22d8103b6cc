"""The Kafka door under test, with a broker of its own."""

import uuid
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bankapp.api.kafka.commands import LEFT_OUT, SERVED
from bankapp.api.problems import AnswerTooLarge, DeadlinePassed, OperationNotServed, PayloadTooLarge
from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.brokers import KINDS, running
from tests.commands import Asker, Reply, asking, create_topic, new_places, serving
from tests.doors.case import Fields
from tests.doors.door import DoorUnderTest, Outcome, Refused
from tests.doors.problems import STATUSES, read_problem

_OWN_REFUSALS: Final = (AnswerTooLarge, DeadlinePassed, OperationNotServed, PayloadTooLarge)
_KINDS: Final = {**errors.REFUSALS, **{kind.code: kind for kind in _OWN_REFUSALS}}
_OF_ONE_REPLY: Final = {"correlation-id", "replayed", "x-request-id"}


class KafkaDoor:
    """The Kafka door of one bank, behind a real broker."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation and check the headers and the problem document.

        Where a key is needed and none is given, it is one that nobody else uses.
        """
        headers = self._asker.headers(operation.name, token)
        if operation.idempotent and not keys:
            keys = [uuid.uuid4().hex]
        named = [*headers.items(), *(("idempotency-key", key) for key in keys)]
        self._asker.send(named, fields)
        reply = await self._asker.reply(headers["correlation-id"])
        is_refused = reply.code is not None
        return Outcome(
            request_id=reply.headers["x-request-id"],
            body=None if is_refused else reply.body,
            refused=_refused(reply) if is_refused else None,
            is_replay=reply.is_replay,
            envelope=sorted(
                (name, value) for name, value in reply.headers.items() if name not in _OF_ONE_REPLY
            ),
        )


def _refused(reply: Reply) -> Refused:
    kind, problem = _KINDS[str(reply.code)], reply.body
    assert problem["status"] in STATUSES[kind.sort]
    retry_after = reply.headers.get("retry-after")
    assert (retry_after is not None) == (kind is errors.RateLimited)
    return read_problem(kind, problem, retry_after)


@asynccontextmanager
async def open_kafka(bank: Bank) -> AsyncGenerator[KafkaDoor]:
    """The door of a bank, while the block runs."""
    places = new_places()
    with TemporaryDirectory() as directory, running(KINDS[0], Path(directory)) as broker:
        # With the configuration that the bank gives it, this broker drops headers that come twice.
        create_topic(broker.server, places.topics.commands)
        async with serving(bank, broker.server, places), asking(broker.server, places) as asker:
            yield KafkaDoor(asker)


KAFKA: Final = DoorUnderTest(
    name="kafka",
    open=open_kafka,
    serves=[served.operation for served in SERVED.values()],
    table="bankapp/api/kafka/commands.py",
    refuses=_OWN_REFUSALS,
    leaves_out=LEFT_OUT,
    waits_for_database=True,
)
