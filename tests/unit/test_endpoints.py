"""Where partners' systems may be: how their addresses are written, and which addresses are public."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.endpoints import EndpointRules, is_public, ports_in, refused_endpoint

TRANSLATED = IPv6Network("64:ff9b::/96")

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
)
PUBLIC_V6 = ("2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "64:ff9b::1.1.1.1")
SPECIAL = {
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 - it is refused
    "this machine": ("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::127.0.0.1"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1", "fec0::1"),
    "of a provider": ("100.64.0.1", "100.127.255.255"),
    "link-local": ("169.254.0.1", "fe80::1", "fe80::1%1", "2606:4700::1%1"),
    "of a cloud": ("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"),
    "benchmarks": ("198.18.0.1", "198.19.255.255", "2001:2::1"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "192.0.0.1", "5f00::1", "4000::1", "100::1"),
    "mapped": ("::ffff:8.8.8.8", "::ffff:10.0.0.1", "::8.8.8.8"),
    "6to4": ("2002:a00:1::1", "2002:808:808::1", "192.88.99.1"),
    "Teredo": ("2001:0:53aa:64c:0:7a6c:f5ff:fff7",),
    "NAT64 to within": (
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::1",
    ),
}


@pytest.mark.parametrize("address", [*PUBLIC, *PUBLIC_V6])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", [one for listed in SPECIAL.values() for one in listed])
def test_a_special_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses())
def test_what_the_library_knows_to_be_special_is_never_public(address: IPv4Address | IPv6Address) -> None:
    ordinary = address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    )
    translated = isinstance(address, IPv6Address) and address in TRANSLATED
    assert not is_public(address) or ordinary or translated


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_translated_as_it_is_itself(address: IPv4Address) -> None:
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) + int(address))
    assert is_public(translated) == is_public(address)
    assert not is_public(IPv6Address((0xFFFF << 32) + int(address)))


RULES = EndpointRules()


@pytest.mark.parametrize(
    "url",
    [
        "https://api.partner.example/in",
        "https://API.partner.example:443/in?key=1",
        "https://xn--e1afmkfd.example/",
        "https://a-1.b2.partner.example",
    ],
)
def test_a_named_server_of_the_internet_is_taken(url: str) -> None:
    assert refused_endpoint(url, RULES) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "8.8.8.8",
        "2130706433",  # one number
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "1.2.3.0x4",
        "017700000001",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[2606:4700::1111]",
        "localhost",
        "api.localhost",
        "printer.local",
        "metadata.google.internal",
        "postgres",
        "partner.example.",
        "-a.example",
        "a-.example",
        "a..example",
        "a_b.example",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "127%2e0.0.1",
        f"{'a' * 64}.example",
        f"{'a.' * 126}example",
    ],
)
def test_an_address_in_whatever_notation_and_a_local_name_are_refused(host: str) -> None:
    refused = refused_endpoint(f"https://{host}/in", RULES)
    assert refused
    assert "public internet" in refused.rule
    assert host not in refused.rule + refused.remedy
    assert refused_endpoint(f"https://{host}/in", EndpointRules(allow_private=True)) is None


def test_only_the_ports_that_are_set_are_taken() -> None:
    assert refused_endpoint("https://partner.example:8443/", RULES)
    assert refused_endpoint("https://partner.example:80/", RULES)
    more = EndpointRules(ports=ports_in("443,8443"))
    assert refused_endpoint("https://partner.example:8443/", more) is None
    assert refused_endpoint("https://partner.example/", EndpointRules(ports=ports_in("8443")))


def test_an_address_without_tls_is_refused() -> None:
    refused = refused_endpoint("http://partner.example/", RULES)
    assert refused == ("must begin with https://", "Ask the partner for an address with TLS.")


@pytest.mark.parametrize("text", ["", "443,", "0", "65536", "-1", "443;80", "44 3", "٤٤٣"])
def test_what_is_no_list_of_ports_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="port"):
        ports_in(text)
