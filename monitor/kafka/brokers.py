"""How the brokers of Kafka are reached."""

from typing import TypeAlias

from confluent_kafka import KafkaException

from monitor.settings import Settings

Config: TypeAlias = dict[str, str | int | float | bool]


def config_of(settings: Settings) -> Config:
    """What every client of librdkafka is made with."""
    has_tls = settings.kafka_security == "tls"
    user, password = settings.kafka_user, settings.kafka_password
    config: Config = {
        "bootstrap.servers": ",".join(settings.kafka_servers),
        "client.id": "bankapp-monitor",
        "security.protocol": ("SASL_" if user else "") + ("SSL" if has_tls else "PLAINTEXT"),
        "allow.auto.create.topics": False,
        "reconnect.backoff.max.ms": 2000,
        "log_level": 0,  # the monitor logs what fails, in its own format
    }
    if user is not None and password is not None:
        config |= {
            "sasl.mechanism": settings.kafka_mechanism.upper(),
            "sasl.username": user,
            "sasl.password": password.get_secret_value(),
        }
    return config


def describe(error: KafkaException) -> str:
    """The name of an error of librdkafka, which quotes nothing."""
    return str(error.args[0].name())
