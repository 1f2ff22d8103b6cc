"""The values of settings: read from text, and refused without quoting it, as it may be a secret."""

import re
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from pydantic import SecretStr

from bankapp.domain import limits

TOKEN_KEY_PATTERN: Final = r"[0-9a-fA-F]{64}"
PORT_MAX: Final = 65535
_BROKER: Final = r"([\w.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}"
_SWITCHES: Final = {
    **dict.fromkeys(("on", "true", "yes", "1"), True),
    **dict.fromkeys(("off", "false", "no", "0"), False),
}


def switch(value: object) -> object:
    """Whether something is on, in any of the usual spellings."""
    if not isinstance(value, str):
        return value
    if (is_on := _SWITCHES.get(value.strip().lower())) is None:
        raise ValueError("is neither on nor off")
    return is_on


def duration(value: object) -> object:
    """A positive duration: a number and its unit."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", str(value))
    if match is None:
        raise ValueError("is not a number with a unit s, m, h or d")
    return timedelta(**{units[match[2]]: int(match[1])})


def token_keys(value: object) -> object:
    """The keys of tokens, newest first."""
    if not isinstance(value, str):
        return value
    keys = [key.strip() for key in value.split(",") if key.strip()]
    if not keys or not all(re.fullmatch(TOKEN_KEY_PATTERN, key) for key in keys):
        raise ValueError("must be keys of 64 hexadecimal digits (32 bytes)")
    return [bytes.fromhex(key) for key in keys]


def session_duration(value: timedelta) -> timedelta:
    """A duration that a session may have."""
    if value > limits.SESSION_DURATION_MAX:
        raise ValueError(f"is more than {limits.SESSION_DURATION_MAX.days}d")
    return value


def networks(value: object) -> object:
    """Networks, or single addresses."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be networks or addresses, separated by commas") from None


def smtp_url(value: SecretStr) -> SecretStr:
    """The URL of a mail server, with a user name and a password or with neither."""
    wanted = r"smtp(s|\+starttls)?://([^\s/?#@]+@)?([\w.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?/?"
    match = re.fullmatch(wanted, value.get_secret_value())
    if match is None or int((match[4] or ":0")[1:]) > PORT_MAX:
        raise ValueError("is not smtp://, smtp+starttls:// or smtps:// with a host")
    if match[2] is not None and not re.fullmatch("[^:]+:[^:]+@", match[2]):
        raise ValueError("needs both a user name and a password, or neither")
    return value


def mail_address(value: str) -> str:
    """An address for the header of a mail: ASCII, without a name."""
    if not re.fullmatch(r"[!-~]+@[!-~]+", value) or set(value) & set("<>,;:"):
        raise ValueError("is not a mail address")
    return value


def http_url(value: str) -> str:
    """An http:// or https:// URL, without its last slash."""
    if not re.fullmatch(r"https?://[!-~]+", value) or set(value) & set('?#"<>'):
        raise ValueError("is not an http:// or https:// URL")
    return value.rstrip("/")


def outgoing_url(value: SecretStr) -> SecretStr:
    """An http:// or https:// URL that the bank asks; its query may hold a key."""
    wanted = r"https?://[^\s/?#@]+(/[!-~]*)?"
    text = value.get_secret_value()
    if not re.fullmatch(wanted, text) or set(text) & set('#"<>'):
        raise ValueError("is not an http:// or https:// URL without user name and fragment")
    return value


def public_url(value: str) -> str:
    """An http:// or https:// URL that may be shown to everybody."""
    if "@" in value:
        raise ValueError("must not contain a user name or a password: mails quote it")
    return http_url(value)


def origins(value: object) -> object:
    """The origins as a browser sends them: lower case, no path, no default port."""
    if not isinstance(value, str):
        return value
    origins = frozenset(part.strip() for part in value.split(",") if part.strip())
    if not all(_is_origin(origin) for origin in origins):
        raise ValueError("must be origins as browsers send them, separated by commas")
    return origins


def _is_origin(text: str) -> bool:
    match = re.fullmatch(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?", text)
    if match is None:
        return False
    default = {"http": "80", "https": "443"}[match[1]]
    return match[3] != default and int(match[3] or default) <= PORT_MAX


def database_url(value: SecretStr) -> SecretStr:
    """A URL of PostgreSQL; `own_postgres.require_valid_url` looks at its parts."""
    if not re.match(r"postgres(ql)?://", value.get_secret_value()):
        raise ValueError("is not a postgresql:// URL")
    return value


def http_address(value: str) -> str:
    """A host and a port."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > PORT_MAX:
        raise ValueError("is not host:port")
    return value


def kafka_servers(value: object) -> object:
    """Brokers by host and port, of which one that answers is enough to find the others."""
    if not isinstance(value, str):
        return value
    servers = tuple(part.strip() for part in value.split(",") if part.strip())
    if not servers or not all(re.fullmatch(_BROKER, server) for server in servers):
        raise ValueError("must be host:port, several separated by commas")
    if any(not 0 < host_and_port(server)[1] <= PORT_MAX for server in servers):
        raise ValueError(f"has a port that is not between 1 and {PORT_MAX}")
    return servers


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
