"""The topics of the door, made where they are missing."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, cast

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bankapp import tuning
from bankapp.api.kafka.inbox import Broken
from bankapp.domain import topics
from bankapp.settings.brokers import Config

_TIMEOUT_S: Final = 3.0  # a stop waits for as long
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The names of what the door reads from, and of where it puts what nobody can serve."""

    commands: str = topics.COMMANDS
    dead: str = topics.DEAD_COMMANDS
    group: str = topics.GROUP


TOPICS: Final = Topics()


def ensure_topics(config: Config, names: Topics) -> None:
    """Create the topics that are missing. Blocks. Raises Broken where one stays missing."""
    admin = AdminClient(config)
    try:
        known = admin.list_topics(timeout=_TIMEOUT_S).topics
    except KafkaException as error:
        raise Broken(_name(error)) from error
    # The time of a command is that at which the broker received it, not one that its sender chose.
    wanted = [
        NewTopic(
            names.commands,
            num_partitions=tuning.COMMAND_PARTITION_COUNT,
            replication_factor=-1,
            config={"message.timestamp.type": "LogAppendTime"},
        ),
        NewTopic(names.dead, num_partitions=1, replication_factor=-1),
    ]
    missing = [topic for topic in wanted if topic.topic not in known]
    if not missing:
        return
    for name, created in admin.create_topics(missing, request_timeout=_TIMEOUT_S).items():  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        try:
            cast("Future[None]", created).result()
            _log.info("topic created", topic=name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise Broken(f"{name} cannot be created: {_name(error)}") from error


def _name(error: KafkaException) -> str:
    cause = error.args[0]
    return str(cause.name()) if isinstance(cause, KafkaError) else str(cause)
