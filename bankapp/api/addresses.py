"""The network address of a client, which may be behind proxies."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Networks: TypeAlias = Sequence[IPv4Network | IPv6Network]

# An IPv6 address stands in brackets when a port follows, and before some proxies always.
_WITH_PORT: Final = re.compile(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)


def client_address(peer: str, trusted: Networks, forwarded: Iterable[str]) -> Address | None:
    """The peer's address, or the one in X-Forwarded-For as far as the proxies are trusted.

    `forwarded` are the values of that header. Each proxy appends the address of its client. So the
    last address that a trusted proxy appended is true, and everything to the left of it may be
    invented.
    """
    address = parse_address(peer)
    if not trusted:
        return address
    hops = ",".join(forwarded).split(",")
    while hops and address is not None and any(address in network for network in trusted):
        hop = _parse_hop(hops.pop().strip())
        if hop is None:
            break
        address = hop
    return address


def _parse_hop(text: str) -> Address | None:
    """An entry of X-Forwarded-For, to which some proxies add the port of the client."""
    match = _WITH_PORT.fullmatch(text.strip('"'))
    return parse_address(text if match is None else match[1] or match[2])


@lru_cache(maxsize=1024)
def parse_address(text: str) -> Address | None:
    """An address without the zone of a link-local one; None where it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None  # a Unix socket has no address
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
