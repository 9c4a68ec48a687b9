"""Where a process may connect to: what an address of a server looks like, and which need no TLS."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

HOST: Final = r"[A-Za-z0-9._:-]{1,253}"
_PORT: Final = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_SINGLE_LABEL: Final = r"[A-Za-z][A-Za-z0-9_-]{0,62}"
_UNSAFE_IN_URL: Final = r"[\s\x00-\x1f\x7f\\]"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_neighbour(host: str) -> bool:
    """Tell whether the host is this machine or a container's neighbour, so that no wire is crossed in clear.

    A single label must start with a letter, because resolvers read `134744072` as an address of the internet.
    """
    return is_loopback(host) or re.fullmatch(_SINGLE_LABEL, host) is not None


def is_safe_url(url: str) -> bool:
    """Tell whether a URL carries no secret of its own and is TLS, unless it is this machine."""
    if re.search(_UNSAFE_IN_URL, url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = "@" not in parts.netloc and not parts.query and not parts.fragment
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return bool(host) and port != 0 and plain and safe


def is_database_url(url: str) -> bool:
    """Tell whether this is the address of a PostgreSQL database."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "postgresql+psycopg" and len(parts.path) > 1


def is_server(address: str) -> bool:
    """Tell whether this is `host:port`."""
    host, _, port = address.rpartition(":")
    return re.fullmatch(HOST, host.strip("[]")) is not None and re.fullmatch(_PORT, port) is not None
