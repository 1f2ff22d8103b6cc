"""What may go wrong with brokers."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from bankapp import tuning

Result = TypeVar("Result")

_SLICE_S: Final = 0.5


class PublishingFailed(Exception):
    """A broker does not answer, or has not acknowledged all that it was sent."""


class TopicUnusable(Exception):
    """The topic is missing and cannot be created, or is not the bank's."""


class Stopped(Exception):
    """The process stops, and what was under way is not known to have been done."""


def ask(call: Callable[[float], Result], is_stopping: Callable[[], bool]) -> Result:
    """What a broker answers to a call, which gets short times to wait, as a stop cannot end it.

    Raises PublishingFailed, Stopped.
    """
    ends_at_s = time.monotonic() + tuning.PUBLISH_TIMEOUT_S
    while True:
        if is_stopping():
            raise Stopped
        try:
            return call(_SLICE_S)
        except KafkaException as error:
            if time.monotonic() >= ends_at_s or not _is_temporary(error):
                raise PublishingFailed(describe(error)) from error


def describe(error: KafkaException | KafkaError) -> str:
    """The name of the error; its text may quote what brokers are asked."""
    cause = error.args[0] if isinstance(error, KafkaException) else error
    return str(cause.name()) if isinstance(cause, KafkaError) else str(cause)


def _is_temporary(error: KafkaException) -> bool:
    cause = error.args[0]
    return isinstance(cause, KafkaError) and cause.code() in {
        KafkaError._TRANSPORT,  # noqa: SLF001 - the public name of the constant
        KafkaError._TIMED_OUT,  # noqa: SLF001 - as above
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - as above
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    }
