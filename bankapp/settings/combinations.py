"""Settings that are wrong together: half of a pair, or what production does not allow."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from bankapp.domain import limits
from bankapp.domain.text import prepare_password
from bankapp.settings.model import Settings
from bankapp.settings.values import host_and_port, is_loopback

# The name of a setting, and the rest of a sentence about it.
Problem: TypeAlias = tuple[str, str]

_NEED_BROKERS: Final = ("kafka_topic", "kafka_security", "kafka_user", "kafka_mechanism")


def wrong_combination(settings: Settings) -> Problem | None:
    """The first fault of the settings together."""
    return next(_problems(settings), None)


def _problems(settings: Settings) -> Iterator[Problem]:
    yield from _problems_of_admin(settings)
    if (
        settings.metrics_address == settings.http_address
        and host_and_port(settings.http_address)[1]
    ):
        yield "BANK_METRICS_ADDRESS", "is that of BANK_HTTP_ADDRESS; leave it out or choose another"
    yield from _problems_of_grpc(settings)
    yield from _problems_of_kafka(settings)
    if settings.environment == "production":
        yield from _problems_in_production(settings)


def _problems_of_admin(settings: Settings) -> Iterator[Problem]:
    if (settings.admin_username is None) != (settings.admin_password is None):
        missing = "USERNAME" if settings.admin_username is None else "PASSWORD"
        yield f"BANK_ADMIN_{missing}", "is required with the other setting of the admin"
    if settings.admin_password is not None:
        size = len(prepare_password(settings.admin_password.get_secret_value()).encode())
        if not limits.PASSWORD_BYTES_MIN <= size <= limits.PASSWORD_BYTES_MAX:
            yield (
                "BANK_ADMIN_PASSWORD",
                f"must have {limits.PASSWORD_BYTES_MIN} to {limits.PASSWORD_BYTES_MAX} bytes",
            )


def _problems_of_grpc(settings: Settings) -> Iterator[Problem]:
    if (settings.grpc_tls_cert is None) != (settings.grpc_tls_key is None):
        missing = "CERT" if settings.grpc_tls_cert is None else "KEY"
        yield f"BANK_GRPC_TLS_{missing}", "is required with the other file of the certificate"
    if settings.grpc_address is None:
        if settings.grpc_tls_cert is not None:
            yield "BANK_GRPC_ADDRESS", "is required with BANK_GRPC_TLS_CERT"
        return
    if (
        settings.grpc_address in (settings.http_address, settings.metrics_address)
        and (host_and_port(settings.grpc_address)[1])
    ):
        yield "BANK_GRPC_ADDRESS", "is that of another door; choose another one"


def _problems_of_kafka(settings: Settings) -> Iterator[Problem]:
    if (settings.kafka_user is None) != (settings.kafka_password is None):
        missing = "USER" if settings.kafka_user is None else "PASSWORD"
        yield f"BANK_KAFKA_{missing}", "is required with the other setting of the account"
    if not settings.kafka_servers:
        for name in _NEED_BROKERS:
            if name in settings.model_fields_set:
                yield "BANK_KAFKA_SERVERS", f"is required with BANK_{name.upper()}"
        if settings.kafka_commands:
            yield "BANK_KAFKA_SERVERS", "is required with BANK_KAFKA_COMMANDS"
    if settings.kafka_security == "tls" or _are_loopback(settings.kafka_servers):
        return
    if settings.environment == "production" and settings.kafka_security == "plaintext":
        yield (
            "BANK_KAFKA_SECURITY",
            "must be tls in production, or plaintext-in-production in a network of your own",
        )
    if settings.kafka_user is not None and settings.kafka_mechanism == "plain":
        yield (
            "BANK_KAFKA_MECHANISM",
            "must not be plain without tls: it sends the password as it is",
        )


def _are_loopback(servers: Iterable[str]) -> bool:
    return all(is_loopback(host_and_port(server)[0]) for server in servers)


def _problems_in_production(settings: Settings) -> Iterator[Problem]:
    if settings.token_keys is None:
        yield "BANK_TOKEN_KEYS", "is required in production"
    if _holds_all(settings.trusted_proxies):
        yield "BANK_TRUSTED_PROXIES", "must not contain every address, or anybody is trusted"
    if settings.public_url is not None and _is_plain(settings.public_url):
        yield "BANK_PUBLIC_URL", "must be https:// in production"
    if any(_is_plain(origin) for origin in settings.allowed_origins):
        yield "BANK_ALLOWED_ORIGINS", "must be https:// in production"
    if settings.rates_url is not None and not _is_tls(settings.rates_url.get_secret_value()):
        yield "BANK_RATES_URL", "must be https:// in production"
    for name, networks in (
        ("BANK_RATES_NETWORKS", settings.rates_networks),
        ("BANK_WEBHOOK_NETWORKS", settings.webhook_networks),
    ):
        if _holds_all(networks):
            yield name, "must not contain every address, or nothing is refused"
    yield from _problems_of_mail(settings)


def _problems_of_mail(settings: Settings) -> Iterator[Problem]:
    given = settings.model_fields_set
    if settings.smtp_url is None:
        if settings.require_verified_email:
            yield "BANK_SMTP_URL", "is required with BANK_REQUIRE_VERIFIED_EMAIL"
        if "mail_from" in given:
            yield "BANK_SMTP_URL", "is required with BANK_MAIL_FROM"
        return
    if "mail_from" not in given:
        yield "BANK_MAIL_FROM", "is required with BANK_SMTP_URL"
    if settings.public_url is None:
        yield "BANK_PUBLIC_URL", "is required with BANK_SMTP_URL: links in mails start with it"
    server = urlsplit(settings.smtp_url.get_secret_value())
    if server.scheme == "smtp" and server.username and not is_loopback(server.hostname or ""):
        yield (
            "BANK_SMTP_URL",
            "must be smtps:// or smtp+starttls:// with a password, or it may travel in the clear",
        )


def _holds_all(networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(network.prefixlen == 0 for network in networks)


def _is_plain(url: str) -> bool:
    """Whether what is sent to the URL can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _is_tls(url: str) -> bool:
    return urlsplit(url).scheme == "https"
