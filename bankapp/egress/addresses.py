"""The addresses to which the bank may connect: public ones, and those that a setting allows.

`ipaddress.is_global` of Python 3.11 is true for NAT64, 6to4 and the deprecated site-local prefix,
behind each of which a private address may be. So the lists stand here; the registries are those of
IANA for special-purpose addresses (RFC 6890).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_REFUSED_IPV4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network, unspecified
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; metadata of Alibaba
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # metadata of Azure, in public address space
            "169.254.0.0/16",  # link-local; metadata of most clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; metadata of Oracle
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # AMT
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
# Of IPv6, only this is for public hosts at all. Outside are loopback, IPv4-mapped and -compatible
# addresses, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique-local, link-local, site-local, multicast.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_REFUSED_IPV6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo, which holds an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which holds an IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
# ISATAP: an interface identifier of 0:5efe or 200:5efe, and an IPv4 address (RFC 5214).
_ISATAP: Final = 0x5EFE
_ISATAP_MASK: Final = 0xFDFF_FFFF


class AddressFilter:
    """Decides about addresses; `allowed` networks are allowed although they are not public."""

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def allows(self, host: str) -> bool:
        """Whether the bank may connect to an address, which a socket takes as it is: no name."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._allowed) or is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of a host in the public internet, and holds no other address."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_IPV4)
    return (
        address.is_global
        and address in _GLOBAL_UNICAST
        and not any(address in network for network in _REFUSED_IPV6)
        and (int(address) >> 32) & _ISATAP_MASK != _ISATAP
    )
