"""The settings: their names, types, defaults and examples."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bankapp import tuning
from bankapp.domain import limits, topics
from bankapp.settings import values

ENV_FILE: Final = ".env"
EXAMPLES: Final[dict[str, str]] = {
    "DATABASE_URL": "postgresql://bank@db.example.org/bank",
    "PGBIN": "/usr/lib/postgresql/17/bin",
    "BANK_DATA_DIR": ".bank",
    "BANK_HTTP_ADDRESS": "127.0.0.1:8080",
    "BANK_GRPC_ADDRESS": "127.0.0.1:9443",
    "BANK_GRPC_TLS_CERT": "/etc/bank/grpc.crt",
    "BANK_GRPC_TLS_KEY": "/etc/bank/grpc.key",
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
    "BANK_RATES_URL": "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
    "BANK_RATES_FORMAT": "ecb",
    "BANK_RATES_NETWORKS": "10.0.0.0/8,fd00::/8",
    "BANK_WEBHOOKS": "on",
    "BANK_WEBHOOK_NETWORKS": "10.0.0.0/8,fd00::/8",
    "BANK_GRAPHQL": "on",
    "BANK_KAFKA_SERVERS": "kafka-1.example.org:9093,kafka-2.example.org:9093",
    "BANK_KAFKA_TOPIC": topics.EVENTS,
    "BANK_KAFKA_SECURITY": "tls",
    "BANK_KAFKA_USER": "bank",
    "BANK_KAFKA_PASSWORD": "a long secret",
    "BANK_KAFKA_MECHANISM": "scram-sha-512",
    "BANK_KAFKA_COMMANDS": "on",
    "BANK_WORK_IN_SERVE": "on",
    "BANK_ALLOW_NEWER_SCHEMA": "off",
    "BANK_WORKERS": "4",
    "BANK_LOG_FORMAT": "console",
    "BANK_LOG_LEVEL": "info",
    "BANK_SLOW_QUERY_MS": "500",
    "BANK_METRICS_ADDRESS": "10.0.0.5:9090",
    "BANK_TRACES_URL": "http://127.0.0.1:4318/v1/traces",
    "BANK_ALLOWED_ORIGINS": "https://app.example.org,https://admin.example.org",
}


Switch: TypeAlias = Annotated[bool, BeforeValidator(values.switch)]
Networks: TypeAlias = Annotated[
    tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(values.networks)
]


class Settings(BaseSettings):
    """The settings of a bank; `.env.example` explains each."""

    # utf-8-sig: some editors begin a file with a mark, which would be read as part of a name.
    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    database_url: Annotated[
        Annotated[SecretStr, AfterValidator(values.database_url)] | None,
        Field(alias="DATABASE_URL"),
    ] = None
    pgbin: Annotated[Path | None, Field(alias="PGBIN")] = None
    data_dir: Annotated[Path, Field(alias="BANK_DATA_DIR")] = Path(".bank")
    http_address: Annotated[
        str, AfterValidator(values.http_address), Field(alias="BANK_HTTP_ADDRESS")
    ] = "127.0.0.1:8080"
    grpc_address: Annotated[
        Annotated[str, AfterValidator(values.http_address)] | None,
        Field(alias="BANK_GRPC_ADDRESS"),
    ] = None
    grpc_tls_cert: Annotated[Path | None, Field(alias="BANK_GRPC_TLS_CERT")] = None
    grpc_tls_key: Annotated[Path | None, Field(alias="BANK_GRPC_TLS_KEY")] = None
    environment: Annotated[
        Literal["development", "production"], Field(alias="BANK_ENVIRONMENT")
    ] = "development"
    token_keys: Annotated[
        list[bytes] | None,
        NoDecode,
        BeforeValidator(values.token_keys),
        Field(alias="BANK_TOKEN_KEYS", repr=False),
    ] = None
    token_format: Annotated[
        Literal["paseto", "paseto-public", "jwt"], Field(alias="BANK_TOKEN_FORMAT")
    ] = "paseto"
    access_token_duration: Annotated[
        timedelta, BeforeValidator(values.duration), Field(alias="BANK_ACCESS_TOKEN_DURATION")
    ] = timedelta(minutes=15)
    refresh_token_duration: Annotated[
        timedelta,
        BeforeValidator(values.duration),
        AfterValidator(values.session_duration),
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
    rate_limits: Annotated[Switch, Field(alias="BANK_RATE_LIMITS")] = True
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        NoDecode,
        BeforeValidator(values.networks),
        Field(alias="BANK_TRUSTED_PROXIES"),
    ] = ()
    require_verified_email: Annotated[Switch, Field(alias="BANK_REQUIRE_VERIFIED_EMAIL")] = False
    smtp_url: Annotated[
        Annotated[SecretStr, AfterValidator(values.smtp_url)] | None, Field(alias="BANK_SMTP_URL")
    ] = None
    mail_from: Annotated[
        str, AfterValidator(values.mail_address), Field(alias="BANK_MAIL_FROM")
    ] = "bank@localhost"
    public_url: Annotated[
        Annotated[str, AfterValidator(values.public_url)] | None, Field(alias="BANK_PUBLIC_URL")
    ] = None
    rates_url: Annotated[
        Annotated[SecretStr, AfterValidator(values.outgoing_url)] | None,
        Field(alias="BANK_RATES_URL"),
    ] = None
    rates_format: Annotated[Literal["ecb", "frankfurter"], Field(alias="BANK_RATES_FORMAT")] = "ecb"
    rates_networks: Annotated[Networks, Field(alias="BANK_RATES_NETWORKS")] = ()
    webhooks: Annotated[Switch, Field(alias="BANK_WEBHOOKS")] = True
    webhook_networks: Annotated[Networks, Field(alias="BANK_WEBHOOK_NETWORKS")] = ()
    graphql: Annotated[Switch, Field(alias="BANK_GRAPHQL")] = True
    kafka_servers: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(values.kafka_servers),
        Field(alias="BANK_KAFKA_SERVERS"),
    ] = ()
    kafka_topic: Annotated[
        str, Field(alias="BANK_KAFKA_TOPIC", pattern=r"^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,248}$")
    ] = topics.EVENTS
    kafka_security: Annotated[
        Literal["tls", "plaintext", "plaintext-in-production"], Field(alias="BANK_KAFKA_SECURITY")
    ] = "tls"
    kafka_user: Annotated[str | None, Field(alias="BANK_KAFKA_USER")] = None
    kafka_password: Annotated[SecretStr | None, Field(alias="BANK_KAFKA_PASSWORD")] = None
    kafka_mechanism: Annotated[
        Literal["plain", "scram-sha-256", "scram-sha-512"], Field(alias="BANK_KAFKA_MECHANISM")
    ] = "scram-sha-512"
    kafka_commands: Annotated[Switch, Field(alias="BANK_KAFKA_COMMANDS")] = False
    work_in_serve: Annotated[Switch, Field(alias="BANK_WORK_IN_SERVE")] = True
    allow_newer_schema: Annotated[Switch, Field(alias="BANK_ALLOW_NEWER_SCHEMA")] = False
    workers: Annotated[int, Field(alias="BANK_WORKERS", ge=1, le=tuning.WORKER_COUNT_MAX)] = 1
    log_format: Annotated[Literal["console", "json"], Field(alias="BANK_LOG_FORMAT")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(alias="BANK_LOG_LEVEL")
    ] = "info"
    slow_query_ms: Annotated[int, Field(alias="BANK_SLOW_QUERY_MS", ge=0)] = 500
    metrics_address: Annotated[
        Annotated[str, AfterValidator(values.http_address)] | None,
        Field(alias="BANK_METRICS_ADDRESS"),
    ] = None
    traces_url: Annotated[
        Annotated[str, AfterValidator(values.http_url)] | None,
        Field(alias="BANK_TRACES_URL", repr=False),
    ] = None
    allowed_origins: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(values.origins),
        Field(alias="BANK_ALLOWED_ORIGINS"),
    ] = frozenset()
