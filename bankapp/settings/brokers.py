"""How the brokers of Kafka are reached."""

from dataclasses import dataclass
from typing import TypeAlias

from bankapp.settings.model import Settings

Config: TypeAlias = dict[str, str | int | float | bool]


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


def brokers_of(settings: Settings) -> Brokers:
    """The brokers that the settings name."""
    password = settings.kafka_password
    return Brokers(
        servers=settings.kafka_servers,
        has_tls=settings.kafka_security == "tls",
        user=settings.kafka_user,
        password=None if password is None else password.get_secret_value(),
        mechanism=settings.kafka_mechanism.upper(),
    )
