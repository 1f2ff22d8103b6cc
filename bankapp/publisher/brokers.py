"""How brokers are reached, and what may go wrong with them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from confluent_kafka import KafkaError, KafkaException

from bankapp import tuning

Result = TypeVar("Result")
Config: TypeAlias = dict[str, str | int | float | bool]

_SLICE_S: Final = 0.5


class PublishingFailed(Exception):
    """A broker does not answer, or has not acknowledged all that it was sent."""


class TopicUnusable(Exception):
    """The topic is missing and cannot be created, or is not the bank's."""


class Stopped(Exception):
    """The process stops, and what was under way is not known to have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """Where brokers are, and the account at them."""

    servers: tuple[str, ...]
    has_tls: bool
    user: str | None = None
    password: str | None = None
    mechanism: str = "SCRAM-SHA-512"

    def config(self) -> Config:
        """What every client of librdkafka is made with."""
        security = ("SASL_" if self.user else "") + ("SSL" if self.has_tls else "PLAINTEXT")
        config: Config = {
            "bootstrap.servers": ",".join(self.servers),
            "client.id": "bankapp",
            "security.protocol": security,
            "allow.auto.create.topics": False,
            "reconnect.backoff.max.ms": 2000,
            "log_level": 0,  # the bank logs what fails, once and in its own format
        }
        if self.user is not None:
            assert self.password is not None
            config |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.user,
                "sasl.password": self.password,
            }
        return config


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
