"""Settings, read once from the environment and `.env`."""

import os
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from monitor import values
from monitor.errors import SettingError

ENV_FILE: Final = ".env"
PREFIX: Final = "MONITOR_"
EXAMPLES: Final[dict[str, str]] = {
    "MONITOR_DATABASE_URL": "postgresql://monitor@db.example.org/monitor",
    "PGBIN": "/usr/lib/postgresql/17/bin",
    "MONITOR_DATA_DIR": ".monitor",
    "MONITOR_HTTP_ADDRESS": "127.0.0.1:8090",
    "MONITOR_TOKEN": "the output of `openssl rand -hex 32`",
    "MONITOR_BANKERS": "on",
    "MONITOR_PUBLIC_URL": "https://monitor.example.org",
    "MONITOR_BANK_URL": "https://bank.example.org",
    "MONITOR_BANK_USERNAME": "watcher",
    "MONITOR_BANK_PASSWORD": "a long sentence nobody else knows",
    "MONITOR_BANK_PASSWORD_FILE": ".bank/admin_password",
    "MONITOR_KAFKA_SERVERS": "kafka-1.example.org:9093,kafka-2.example.org:9093",
    "MONITOR_KAFKA_SECURITY": "tls",
    "MONITOR_KAFKA_USER": "monitor",
    "MONITOR_KAFKA_PASSWORD": "a long sentence nobody else knows",
    "MONITOR_KAFKA_MECHANISM": "scram-sha-512",
    "MONITOR_KAFKA_TOPIC": "bank.events.v1",
    "MONITOR_KAFKA_REPLIES": "bank.replies.monitor",
    "MONITOR_KEEP_EVENTS": "90d",
    "MONITOR_FREEZE_AFTER_WITHDRAWALS": "5/10m",
    "MONITOR_NOTE_AFTER_LOGINS": "20/1h",
    "MONITOR_LOG_FORMAT": "console",
    "MONITOR_LOG_LEVEL": "info",
}
_Limit = Annotated[
    Annotated[values.Threshold, NoDecode, BeforeValidator(values.threshold)] | None, NoDecode
]


class Settings(BaseSettings):
    """The settings of a monitor; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    database_url: Annotated[
        Annotated[SecretStr, AfterValidator(values.database_url)] | None,
        Field(alias="MONITOR_DATABASE_URL"),
    ] = None
    pgbin: Annotated[Path | None, Field(alias="PGBIN")] = None
    data_dir: Annotated[Path, Field(alias="MONITOR_DATA_DIR")] = Path(".monitor")
    http_address: Annotated[
        str, AfterValidator(values.http_address), Field(alias="MONITOR_HTTP_ADDRESS")
    ] = "127.0.0.1:8090"
    token: Annotated[
        Annotated[SecretStr, AfterValidator(values.token)] | None, Field(alias="MONITOR_TOKEN")
    ] = None
    lets_bankers_in: Annotated[bool, Field(alias="MONITOR_BANKERS")] = False
    public_url: Annotated[
        Annotated[str, AfterValidator(values.public_url)] | None, Field(alias="MONITOR_PUBLIC_URL")
    ] = None
    bank_url: Annotated[str, AfterValidator(values.http_url), Field(alias="MONITOR_BANK_URL")] = (
        "http://127.0.0.1:8080"
    )
    bank_username: Annotated[str, Field(alias="MONITOR_BANK_USERNAME")] = "admin"
    bank_password: Annotated[SecretStr | None, Field(alias="MONITOR_BANK_PASSWORD")] = None
    bank_password_file: Annotated[Path, Field(alias="MONITOR_BANK_PASSWORD_FILE")] = Path(
        ".bank/admin_password"
    )
    kafka_servers: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(values.kafka_servers),
        Field(alias="MONITOR_KAFKA_SERVERS"),
    ] = ()
    kafka_security: Annotated[
        Literal["tls", "plaintext"], Field(alias="MONITOR_KAFKA_SECURITY")
    ] = "tls"
    kafka_user: Annotated[str | None, Field(alias="MONITOR_KAFKA_USER")] = None
    kafka_password: Annotated[SecretStr | None, Field(alias="MONITOR_KAFKA_PASSWORD")] = None
    kafka_mechanism: Annotated[
        Literal["scram-sha-512", "scram-sha-256", "plain"],
        Field(alias="MONITOR_KAFKA_MECHANISM"),
    ] = "scram-sha-512"
    kafka_topic: Annotated[
        str, AfterValidator(values.topic), Field(alias="MONITOR_KAFKA_TOPIC")
    ] = "bank.events.v1"
    kafka_replies: Annotated[
        Annotated[str, AfterValidator(values.reply_topic)] | None,
        Field(alias="MONITOR_KAFKA_REPLIES"),
    ] = None
    keep_events: Annotated[
        timedelta, BeforeValidator(values.duration), Field(alias="MONITOR_KEEP_EVENTS")
    ] = timedelta(days=90)
    freeze_after_withdrawals: Annotated[_Limit, Field(alias="MONITOR_FREEZE_AFTER_WITHDRAWALS")] = (
        None
    )
    note_after_logins: Annotated[_Limit, Field(alias="MONITOR_NOTE_AFTER_LOGINS")] = None
    log_format: Annotated[Literal["console", "json"], Field(alias="MONITOR_LOG_FORMAT")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(alias="MONITOR_LOG_LEVEL")
    ] = "info"

    @property
    def listens_here_only(self) -> bool:
        """Whether only this machine can connect."""
        return values.is_loopback(values.host_and_port(self.http_address)[0])


def load_settings() -> Settings:
    """Read the settings. Raises SettingError, whose message is one line."""
    try:
        unknown = next(_unknown_names(), None)
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise _wrong(name, first["msg"].removeprefix("Value error, ")) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingError(f".env cannot be read: {error}") from None
    if unknown is not None:
        raise SettingError(unknown)
    if not settings.listens_here_only:
        _require_access_control(settings)
    _require_whole_kafka(settings)
    return settings


def find_doubts(settings: Settings) -> Iterator[str]:
    """A sentence about each setting that is allowed and probably not meant."""
    bank = urlsplit(settings.bank_url)
    if bank.scheme == "http" and not values.is_loopback(bank.hostname or ""):
        yield "MONITOR_BANK_URL is http://, so a password and tokens travel in the clear"
    brokers = [values.host_and_port(server)[0] for server in settings.kafka_servers]
    if settings.kafka_security == "plaintext" and not all(map(values.is_loopback, brokers)):
        yield "MONITOR_KAFKA_SECURITY is plaintext, so events and tokens travel in the clear"
    if not settings.listens_here_only and (settings.public_url or "").startswith("http://"):
        yield "MONITOR_PUBLIC_URL is http://, so the token travels in the clear"


def _require_access_control(settings: Settings) -> None:
    """Where other machines can connect, nothing is left to a default."""
    problem = "is required where MONITOR_HTTP_ADDRESS is not of this machine alone"
    if settings.token is None:
        raise _wrong("MONITOR_TOKEN", problem)
    if settings.public_url is None:
        raise _wrong("MONITOR_PUBLIC_URL", problem)


def _require_whole_kafka(settings: Settings) -> None:
    """Half a set-up would read, or command, in another way than is meant."""
    if (settings.kafka_user is None) != (settings.kafka_password is None):
        missing = "USER" if settings.kafka_user is None else "PASSWORD"
        raise _wrong(f"MONITOR_KAFKA_{missing}", "is required with the other one of the account")
    if settings.kafka_replies is not None and not settings.kafka_servers:
        raise _wrong("MONITOR_KAFKA_SERVERS", "is required with MONITOR_KAFKA_REPLIES")


def _unknown_names() -> Iterator[str]:
    """Names that look like settings and are none, with what is probably meant."""
    file = Path(ENV_FILE)
    given = dotenv_values(file, encoding="utf-8-sig") if file.exists() else {}
    for name in sorted({*given, *os.environ}):
        if name.upper().startswith(PREFIX) and name.upper() not in EXAMPLES:
            similar = get_close_matches(name.upper(), EXAMPLES, 1)
            hint = f"did you mean {similar[0]}?" if similar else ".env.example lists all settings"
            yield f"{name} is no setting of the monitor; {hint}"


def _wrong(name: str, problem: str) -> SettingError:
    return SettingError(f"{name} {problem}. Example: {name}={EXAMPLES.get(name, '')}")
