"""The addresses to which the bank connects, and those to which it does not."""

from ipaddress import ip_address, ip_network

import pytest

from bankapp.egress.addresses import AddressFilter, is_public

PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.88.98.255",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2003::1",
    "2a00:1450:4001:81b::200e",
]
REFUSED = [
    # IPv4
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.0",
    "192.88.99.255",
    "192.168.0.0",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.255",
    # IPv6
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "feff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fdff::1",
    "ff02::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    # IPv4 in IPv6
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:1.1.1.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::1.1.1.1",
    "64:ff9b:1::127.0.0.1",
    "64:ff9b:1:ffff::1",
    "2001::1",
    "2001:0:53aa:64c:0:7f:80ff:fffe",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2606:4700::5efe:127.0.0.1",
    "2606:4700::200:5efe:7f00:1",
]
NO_ADDRESSES = ["", "localhost", "127.1", "0x7f000001", "2130706433", "127.0.0.1 ", "[::1]"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert AddressFilter().allows(address)


@pytest.mark.parametrize("address", REFUSED)
def test_others_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not AddressFilter().allows(address)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Also with every address allowed: a socket would look it up."""
    everything = AddressFilter([ip_network("0.0.0.0/0"), ip_network("::/0")])
    assert not everything.allows(text)


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("10.1.2.3", True),
        ("10.1.3.0", False),
        ("fd00::1", True),
        ("fd01::1", False),
        ("::ffff:10.1.2.3", False),
        ("127.0.0.1", False),
        ("1.1.1.1", True),
    ],
)
def test_a_setting_allows_networks(address: str, *, is_allowed: bool) -> None:
    addresses = AddressFilter([ip_network("10.1.2.0/24"), ip_network("fd00::/32")])
    assert addresses.allows(address) is is_allowed
