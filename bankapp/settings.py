"""Settings, read once from the environment and `.env`."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bankapp import tuning
from bankapp.command_errors import SettingError
from bankapp.domain import limits

EXAMPLES: Final[dict[str, str]] = {
    "DATABASE_URL": "postgresql://bank@db.example.org/bank",
    "PGBIN": "/usr/lib/postgresql/17/bin",
    "BANK_DATA_DIR": ".bank",
    "BANK_HTTP_ADDRESS": "127.0.0.1:8080",
    "BANK_ENVIRONMENT": "development",
    "BANK_TOKEN_KEYS": "the output of `openssl rand -hex 32`; newest first, separated by commas",
    "BANK_TOKEN_FORMAT": "paseto",
    "BANK_ACCESS_TOKEN_DURATION": "15m",
    "BANK_REFRESH_TOKEN_DURATION": "24h",
    "BANK_ADMIN_USERNAME": "root_of_all",
    "BANK_ADMIN_PASSWORD": "a long sentence nobody else knows",
    "BANK_BCRYPT_COST": "12",
    "BANK_RATE_LIMITS": "on",
    "BANK_TRUSTED_PROXIES": "10.0.0.0/8,fd00::/8",
    "BANK_REQUIRE_VERIFIED_EMAIL": "off",
    "BANK_SMTP_URL": "smtps://bank:password@mail.example.org",
    "BANK_MAIL_FROM": "bank@example.org",
    "BANK_PUBLIC_URL": "https://bank.example.org",
    "BANK_WORK_IN_SERVE": "on",
    "BANK_WORKERS": "4",
    "BANK_LOG_FORMAT": "console",
    "BANK_LOG_LEVEL": "info",
    "BANK_SLOW_QUERY_MS": "500",
    "BANK_METRICS_ADDRESS": "10.0.0.5:9090",
    "BANK_TRACES_URL": "http://127.0.0.1:4318/v1/traces",
    "BANK_ALLOWED_ORIGINS": "https://app.example.org,https://admin.example.org",
}


TOKEN_KEY_PATTERN: Final = r"[0-9a-fA-F]{64}"


def _duration(value: object) -> object:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", str(value))
    if match is None:
        raise ValueError("is not a number with a unit s, m, h or d")
    return timedelta(**{units[match[2]]: int(match[1])})


def _token_keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    keys = [key.strip() for key in value.split(",") if key.strip()]
    if not keys or not all(re.fullmatch(TOKEN_KEY_PATTERN, key) for key in keys):
        raise ValueError("must be keys of 64 hexadecimal digits (32 bytes)")
    return [bytes.fromhex(key) for key in keys]


def _session_duration(value: timedelta) -> timedelta:
    if value > limits.SESSION_DURATION_MAX:
        raise ValueError(f"is more than {limits.SESSION_DURATION_MAX.days}d")
    return value


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be networks or addresses, separated by commas") from None


def _smtp_url(value: SecretStr) -> SecretStr:
    wanted = r"smtp(s|\+starttls)?://([^\s/?#@]+@)?([\w.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?/?"
    match = re.fullmatch(wanted, value.get_secret_value())
    if match is None or int((match[4] or ":0")[1:]) > 65535:
        raise ValueError("is not smtp://, smtp+starttls:// or smtps:// with a host")
    return value


def _mail_address(value: str) -> str:
    if not re.fullmatch(r"[!-~]+@[!-~]+", value) or set(value) & set("<>,;:"):
        raise ValueError("is not a mail address")
    return value


def _public_url(value: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", value) or set(value) & set('?#"<>'):
        raise ValueError("is not an http:// or https:// URL")
    return value.rstrip("/")


def _origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    origins = frozenset(part.strip() for part in value.split(",") if part.strip())
    if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin) for origin in origins):
        raise ValueError("must be origins as browsers send them, separated by commas")
    return origins


def _database_url(value: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?://", value.get_secret_value()):
        raise ValueError("is not a postgresql:// URL")
    return value


def _http_address(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("is not host:port")
    return value


class Settings(BaseSettings):
    """The settings of a bank; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: Annotated[
        Annotated[SecretStr, AfterValidator(_database_url)] | None, Field(alias="DATABASE_URL")
    ] = None
    pgbin: Annotated[Path | None, Field(alias="PGBIN")] = None
    data_dir: Annotated[Path, Field(alias="BANK_DATA_DIR")] = Path(".bank")
    http_address: Annotated[
        str, AfterValidator(_http_address), Field(alias="BANK_HTTP_ADDRESS")
    ] = "127.0.0.1:8080"
    environment: Annotated[
        Literal["development", "production"], Field(alias="BANK_ENVIRONMENT")
    ] = "development"
    token_keys: Annotated[
        list[bytes] | None,
        NoDecode,
        BeforeValidator(_token_keys),
        Field(alias="BANK_TOKEN_KEYS", repr=False),
    ] = None
    token_format: Annotated[Literal["paseto", "jwt"], Field(alias="BANK_TOKEN_FORMAT")] = "paseto"
    access_token_duration: Annotated[
        timedelta, BeforeValidator(_duration), Field(alias="BANK_ACCESS_TOKEN_DURATION")
    ] = timedelta(minutes=15)
    refresh_token_duration: Annotated[
        timedelta,
        BeforeValidator(_duration),
        AfterValidator(_session_duration),
        Field(alias="BANK_REFRESH_TOKEN_DURATION"),
    ] = timedelta(hours=24)
    admin_username: Annotated[
        str | None,
        Field(
            alias="BANK_ADMIN_USERNAME",
            pattern="^[a-z0-9_]+$",
            min_length=limits.USERNAME_LENGTH_MIN,
            max_length=limits.USERNAME_LENGTH_MAX,
        ),
    ] = None
    admin_password: Annotated[SecretStr | None, Field(alias="BANK_ADMIN_PASSWORD")] = None
    bcrypt_cost: Annotated[int, Field(alias="BANK_BCRYPT_COST", ge=4, le=20)] = 12
    rate_limits: Annotated[Literal["on", "off"], Field(alias="BANK_RATE_LIMITS")] = "on"
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        NoDecode,
        BeforeValidator(_networks),
        Field(alias="BANK_TRUSTED_PROXIES"),
    ] = ()
    require_verified_email: Annotated[
        Literal["on", "off"], Field(alias="BANK_REQUIRE_VERIFIED_EMAIL")
    ] = "off"
    smtp_url: Annotated[
        Annotated[SecretStr, AfterValidator(_smtp_url)] | None, Field(alias="BANK_SMTP_URL")
    ] = None
    mail_from: Annotated[str, AfterValidator(_mail_address), Field(alias="BANK_MAIL_FROM")] = (
        "bank@localhost"
    )
    public_url: Annotated[
        Annotated[str, AfterValidator(_public_url)] | None, Field(alias="BANK_PUBLIC_URL")
    ] = None
    work_in_serve: Annotated[Literal["on", "off"], Field(alias="BANK_WORK_IN_SERVE")] = "on"
    workers: Annotated[int, Field(alias="BANK_WORKERS", ge=1, le=tuning.WORKER_COUNT_MAX)] = 1
    log_format: Annotated[Literal["console", "json"], Field(alias="BANK_LOG_FORMAT")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(alias="BANK_LOG_LEVEL")
    ] = "info"
    slow_query_ms: Annotated[int, Field(alias="BANK_SLOW_QUERY_MS", ge=0)] = 500
    metrics_address: Annotated[
        Annotated[str, AfterValidator(_http_address)] | None, Field(alias="BANK_METRICS_ADDRESS")
    ] = None
    traces_url: Annotated[
        Annotated[str, AfterValidator(_public_url)] | None, Field(alias="BANK_TRACES_URL")
    ] = None
    allowed_origins: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(_origins),
        Field(alias="BANK_ALLOWED_ORIGINS"),
    ] = frozenset()


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of an address; an IPv6 one goes without its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def load_settings() -> Settings:
    """Read the settings.

    Raises SettingError, whose message is one line.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise _wrong(name, first["msg"].removeprefix("Value error, ")) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingError(f".env cannot be read: {error}") from None
    if settings.environment == "production" and settings.token_keys is None:
        raise _wrong("BANK_TOKEN_KEYS", "is required in production")
    if (settings.admin_username is None) != (settings.admin_password is None):
        missing = (
            "BANK_ADMIN_USERNAME" if settings.admin_username is None else "BANK_ADMIN_PASSWORD"
        )
        raise _wrong(missing, "is required with the other setting of the admin")
    if settings.admin_password is not None:
        size = len(settings.admin_password.get_secret_value().encode())
        if not limits.PASSWORD_BYTES_MIN <= size <= limits.PASSWORD_BYTES_MAX:
            raise _wrong(
                "BANK_ADMIN_PASSWORD",
                f"must have {limits.PASSWORD_BYTES_MIN} to {limits.PASSWORD_BYTES_MAX} bytes",
            )
    return settings


def _wrong(name: str, problem: str) -> SettingError:
    return SettingError(f"{name} {problem}. Example: {name}={EXAMPLES.get(name, '')}")
