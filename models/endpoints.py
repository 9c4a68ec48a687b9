"""Where a partner's own system may be: how its address is written, and which IP addresses are public."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, NamedTuple
from urllib.parse import urlsplit

HTTPS_PORT: Final = 443
_LAST_PORT: Final = 65_535

_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# What ends in a label that begins with a digit may be read as an IPv4 address: 2130706433, 0x7f.1, 127.1.
_NAME: Final = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])")
_NEVER_PUBLIC: Final = frozenset({"localhost", "local", "internal", "onion", "arpa"})

# IANA's special addresses, beside what `ipaddress` knows of them, which differs between versions of Python.
_SPECIAL_V4: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared between providers and customers; 100.100.100.200 tells a cloud's secrets
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services, at an address that is registered as public
        "169.254.0.0/16",  # 169.254.169.254 tells most clouds' secrets
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_UNICAST_V6: Final = IPv6Network("2000::/3")
"""All that was ever given out; IPv4-mapped, unique local, link-local and multicast addresses are outside."""
_SPECIAL_V6: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo among them, which leads to an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4: leads to an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached."""
_IPV4_BITS: Final = 0xFFFFFFFF


@dataclass(frozen=True)
class EndpointRules:
    """Where partners' systems may be; `allow_private` lets them be anywhere, and without TLS."""

    ports: frozenset[int] = frozenset({HTTPS_PORT})
    allow_private: bool = False


class Refused(NamedTuple):
    """Why an address is not taken, and what to do."""

    rule: str
    remedy: str


def ports_in(text: str) -> frozenset[int]:
    """Read a list of ports such as `443,8443`.

    Raises:
        ValueError: it is none, or names the ports 0 or beyond 65535.
    """
    ports = frozenset(int(one) if re.fullmatch(r"[0-9]{1,5}", one) else 0 for one in text.split(","))
    if not all(0 < port <= _LAST_PORT for port in ports):
        raise ValueError("a port is a number from 1 to 65535")
    return ports


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the public internet, by itself and by what it is translated to."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _SPECIAL_V4)
    if address.scope_id is not None:
        return False
    if address in _TRANSLATED:
        return is_public(IPv4Address(int(address) & _IPV4_BITS))
    special = any(address in block for block in _SPECIAL_V6)
    return address in _UNICAST_V6 and address.is_global and not special


def refused_endpoint(url: str, rules: EndpointRules) -> Refused | None:
    """Say why a partner's system cannot be at a well-formed web address; None where it can."""
    if rules.allow_private:
        return None
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    if parts.scheme != "https":
        return Refused("must begin with https://", "Ask the partner for an address with TLS.")
    if not _NAME.fullmatch(host) or host.rsplit(".", 1)[-1].lower() in _NEVER_PUBLIC:
        return Refused(
            "must name a server of the public internet",
            "Write its full name, such as api.partner.example; no IP address, in whatever notation.",
        )
    if port not in rules.ports:
        ports = ", ".join(str(one) for one in sorted(rules.ports))
        return Refused(f"must have one of these ports: {ports}", "Ask the partner for such an address.")
    return None
