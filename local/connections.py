"""Cut an HTTP connection in the middle of a request, which a web framework has no words for."""

import asyncio
from typing import ClassVar

from fastapi import Request
from uvicorn.protocols.http.h11_impl import H11Protocol


class CuttableProtocol(H11Protocol):
    """Uvicorn's HTTP protocol, which remembers the open connections by the client's address."""

    open: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self.open[_client(transport)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.open.pop(_client(self.transport), None)
        super().connection_lost(exc)


def cut(request: Request) -> None:
    """Close the connection of this request at once; whatever is answered afterwards goes nowhere."""
    if request.client is not None:
        CuttableProtocol.open[request.client.host, request.client.port].abort()


def _client(transport: asyncio.Transport) -> tuple[str, int]:
    host, port = transport.get_extra_info("peername")[:2]
    return str(host), int(port)
