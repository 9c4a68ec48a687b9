"""Connections that go to the very address that was checked: a name is resolved once, for each connection."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import httpcore
import httpx
import structlog
from httpcore import AnyIOBackend, AsyncNetworkStream

_log = structlog.get_logger(__name__)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Finds the addresses of a host; raises OSError where there are none."""

IsAllowed = Callable[[IPv4Address | IPv6Address], bool]


class AddressRefusedError(Exception):
    """A name leads to an address that must not be connected to."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to what a name led to when it was checked. TLS and `Host` keep to the name.

    One address that is not allowed refuses the name: nothing honest leads inside and outside at once.
    """

    def __init__(self, is_allowed: IsAllowed, resolve_name: Resolve = resolve) -> None:
        self._is_allowed = is_allowed
        self._resolve = resolve_name
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Resolve, check each address, and connect to the first that answers.

        Raises:
            AddressRefusedError: one of them is not allowed; nothing was connected to.
            httpcore.ConnectError: there is none, or none answers.
        """
        failed: Exception = httpcore.ConnectError("the name leads nowhere")
        for address in await self._checked(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def _checked(self, host: str, port: int) -> list[str]:
        try:
            found = [ip_address(one) for one in await self._resolve(host, port)]
        except OSError:
            raise httpcore.ConnectError("the name leads nowhere") from None
        except ValueError:
            raise AddressRefusedError from None
        if not all(self._is_allowed(one) for one in found):
            raise AddressRefusedError
        return [str(one) for one in found]

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts to connect."""
        await self._network.sleep(seconds)


class PinnedTransport(httpx.AsyncHTTPTransport):
    """HTTP/1.1 over pinned connections, with certificates always verified; it reads no environment."""

    def __init__(self, backend: PinnedBackend, tls: ssl.SSLContext, *, connections: int) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


def tls_context(own_ca: Path | None = None) -> ssl.SSLContext:
    """Trust the public authorities, and those of a PEM file besides."""
    context = httpx.create_ssl_context(trust_env=False)
    if own_ca:
        context.load_verify_locations(cafile=own_ca)
    return context
