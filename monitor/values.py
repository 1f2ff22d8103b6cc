"""The values of settings: read from text, and refused without quoting it, as it may be a secret."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

PORT_MAX: Final = 65535
TOKEN_LENGTH_MIN: Final = 20
COUNT_MAX: Final = 1000
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many events within a time."""

    count: int
    within: timedelta


def duration(value: object) -> object:
    """A positive duration: a number and its unit."""
    if not isinstance(value, str):
        return value
    if (match := _DURATION.fullmatch(value)) is None:
        raise ValueError("is not a number with a unit s, m, h or d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def threshold(value: object) -> object:
    """A number of events and a duration."""
    if not isinstance(value, str):
        return value
    count, _, within = value.partition("/")
    match = _DURATION.fullmatch(within)
    if match is None or not re.fullmatch(r"[1-9][0-9]{0,3}", count) or int(count) > COUNT_MAX:
        raise ValueError(f"is not a number up to {COUNT_MAX}, a slash and a duration")
    return Threshold(int(count), timedelta(**{_UNITS[match[2]]: int(match[1])}))


def database_url(value: SecretStr) -> SecretStr:
    """A URL of PostgreSQL; `own_postgres.require_valid_url` looks at its parts."""
    if not re.match(r"postgres(ql)?://", value.get_secret_value()):
        raise ValueError("is not a postgresql:// URL")
    return value


def http_address(value: str) -> str:
    """A host and a port."""
    host, _, port = value.rpartition(":")
    if not host or not re.fullmatch("[0-9]+", port) or int(port) > PORT_MAX:
        raise ValueError("is not host:port")
    return value


def http_url(value: str) -> str:
    """An http:// or https:// URL of a server, without its last slash."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[!-~]*)?", value) or set(value) & set('?#"<>'):
        raise ValueError("is not an http:// or https:// URL without user name and query")
    return value.rstrip("/")


def public_url(value: str) -> str:
    """The URL of a server alone: what the browser sends as its host is compared with it."""
    if urlsplit(url := http_url(value)).path:
        raise ValueError("must not have a path")
    return url


def kafka_servers(value: object) -> object:
    """Brokers, separated by commas."""
    if not isinstance(value, str):
        return value
    servers = tuple(part.strip() for part in value.split(",") if part.strip())
    if not servers:
        raise ValueError("is not host:port, several separated by commas")
    return tuple(map(http_address, servers))


def topic(value: str) -> str:
    """The name of a topic."""
    if not re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", value):
        raise ValueError("is no name of a topic")
    return value


def reply_topic(value: str) -> str:
    """The name of a topic to which the bank replies."""
    if not re.fullmatch(r"bank\.replies\.[a-zA-Z0-9._-]{1,200}", value):
        raise ValueError("does not begin with bank.replies.")
    return value


def token(value: SecretStr) -> SecretStr:
    """A token that cannot be guessed, in characters of a header."""
    if not re.fullmatch(rf"[!-~]{{{TOKEN_LENGTH_MIN},200}}", value.get_secret_value()):
        raise ValueError(f"must have {TOKEN_LENGTH_MIN} to 200 visible ASCII characters")
    return value


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of an address; an IPv6 one goes without its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or by address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
