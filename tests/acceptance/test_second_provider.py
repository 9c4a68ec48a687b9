"""A second provider takes over text messages, by real processes: never what the first may have taken."""

import json
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import httpx
import pytest
import pytest_asyncio

from local.environment import free_ports
from local.ports import LOOPBACK
from local.postgres import EmbeddedPostgres
from local.services import Service
from local.stack import Stack
from tests.acceptance.cases import case
from tests.acceptance.network import Network, keys_in_database, people_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONNECTIONS = 6
"""More than the failures in a row that open a circuit, so that one claim is enough."""
NUMBERS = [f"+120255501{number}" for number in range(10, 40)]


@dataclass
class Taking:
    """A provider like Vonage that sends each text on its way and loses its connection before it answers."""

    url: str = ""
    taken: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def take(self, text: dict[str, Any]) -> None:
        with self.lock:
            self.taken[f"+{text['to']}"] += 1


@pytest.fixture(scope="module")
def first() -> Iterator[Taking]:
    """The preferred provider, on a socket of its own."""
    provider = Taking()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            provider.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        provider.url = f"http://{LOOPBACK}:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


class StackOfTwo(Stack):
    """A stack whose worker prefers another provider to the local one, which is its second."""

    first = ""

    def _build_services(self, database: str) -> dict[str, Service]:
        local = self.environment
        self.environment = {
            **local,
            "ACUERPA_HTTP_CONNECTIONS": str(CONNECTIONS),
            "ACUERPA_SMS_PROVIDER": "vonage",
            "ACUERPA_SMS_URL": self.first,
            "ACUERPA_SMS_ACCOUNT": "abcd1234",
            "ACUERPA_SECOND_SMS_PROVIDER": "generic",
            "ACUERPA_SECOND_SMS_URL": local["ACUERPA_SMS_URL"],
            "ACUERPA_SECOND_SMS_KEY": local["ACUERPA_SMS_KEY"],
        }
        return super()._build_services(database)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="network")
async def network_of_two(
    server: EmbeddedPostgres, first: Taking, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Network]:
    """A network at work whose worker knows both providers."""
    StackOfTwo.first = first.url
    data = tmp_path_factory.mktemp("second_provider")
    stack = StackOfTwo(data, given=free_ports(), postgres=server, database="second_provider")
    async with stack, httpx.AsyncClient(timeout=40, trust_env=False) as http:
        yield people_of(stack, http, await keys_in_database(stack))


async def test_the_second_takes_over_what_the_first_cannot_have_taken(
    network: Network, first: Taking
) -> None:
    await network.coordinator.import_contacts([_member(number) for number in NUMBERS])
    reference = await network.released(case(audiences=["members"], expires_after="PT1S"))
    await network.coordinator.reaches(reference, "closed")

    in_doubt, others = set(first.taken), set(NUMBERS) - set(first.taken)
    assert len(in_doubt) >= 5  # its circuit opened
    assert others
    assert first.taken == Counter(in_doubt)
    assert await network.providers.texts(reference) == Counter(others)
    deliveries = await network.coordinator.deliveries(reference)
    assert Counter((one["state"], one["provider"]) for one in deliveries) == {
        ("unknown", "vonage"): len(in_doubt),
        ("sent", "sms"): len(others),
    }
    listed = await network.coordinator.read(f"/actions/{reference}/in-doubt")
    assert [one["failure"] for one in listed["deliveries"]] == ["connection_lost_at_the_end"] * len(in_doubt)


def _member(number: str) -> dict[str, Any]:
    return {
        "id": f"socia-{number[-3:]}",
        "name": "Socia Ficticia",
        "kind": "member",
        "languages": ["es"],
        "basis": {"kind": "professional", "on": "2026-01-02"},
        "channels": [{"channel": "sms", "value": number}],
    }
