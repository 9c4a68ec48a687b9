"""Where a message to a partner's system really goes, whatever its name is made to lead to."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from channels.base import ChannelError, Failure, Outbound, PermanentError, Receipt, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from channels.pinned import PinnedBackend, PinnedTransport, tls_context
from models.endpoints import EndpointRules
from tests.integration.channels.certificates import Authority
from tests.integration.channels.mails import HandOvers

NAME = "api.partner.example"
OUTSIDE, WITHIN, DEAD = "127.0.0.2", "127.0.0.1", "127.0.0.3"
"""Tests stay on this machine: one address stands for the internet, the others for what is private."""
SECRET = "whsec_" + "QUFB" * 8


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    return str(address) in {OUTSIDE, DEAD}


@dataclass
class Server:
    """A TLS server: which hosts were asked for, by SNI and by `Host`."""

    context: ssl.SSLContext
    sni: list[str | None] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    connections: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = re.search(r"content-length: (\d+)", head.lower())
                await reader.readexactly(int(length[1]) if length else 0)
                self.hosts += re.findall(r"(?im)^host: (.+?)\r$", head)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except asyncio.IncompleteReadError:
            writer.close()

    def greet(self, _socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        self.connections += 1
        self.sni.append(name)


@dataclass(frozen=True)
class World:
    """One server outside and one within, on the same port."""

    port: int
    outside: Server
    within: Server
    authority: Authority

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}/in"

    @asynccontextmanager
    async def channel(self, own_ca: Path | None = None) -> AsyncIterator[PartnerApiChannel]:
        tls = tls_context(own_ca or self.authority.file)
        transport = PinnedTransport(PinnedBackend(is_outside), tls, connections=2)
        rules = EndpointRules(ports=frozenset({self.port}))
        made = PartnerApiChannel(connections=2, rules=rules, transport=transport)
        yield made
        await made.close()

    async def failure(self) -> ChannelError:
        async with self.channel() as channel:
            with pytest.raises(ChannelError) as caught:
                await channel.send(message(self.url), HandOvers())
        return caught.value


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    authority = Authority(tmp_path)
    outside, within = (Server(authority.server_context(NAME)) for _ in range(2))
    port, running = 0, []
    for server, address in ((outside, OUTSIDE), (within, WITHIN)):
        server.context.sni_callback = server.greet
        started = await asyncio.start_server(server.answer, address, port, ssl=server.context)
        port = started.sockets[0].getsockname()[1]
        running.append(started)
    yield World(port, outside, within, authority)
    for started in running:
        started.close()


class Names:
    """A resolver of ours: it answers with one list after the other, and with the last from then on."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_rest: Any, **_more: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]


Naming = Callable[..., Names]


@pytest.fixture
def naming(monkeypatch: pytest.MonkeyPatch) -> Naming:
    def use(*answers: Sequence[str]) -> Names:
        names = Names(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", names)
        return names

    return use


def message(url: str) -> Outbound[DocumentContent]:
    return Outbound(uuid4(), url, DocumentContent({"a": 1}, (SECRET,)))


async def test_a_message_goes_to_the_address_that_was_checked_in_the_name_that_was_asked_for(
    world: World, naming: Naming
) -> None:
    names = naming([OUTSIDE])
    async with world.channel() as channel:
        for _ in range(2):
            assert await channel.send(message(world.url), HandOvers()) == Receipt(None)
    assert names.asked == [NAME]
    assert (world.outside.sni, world.outside.connections) == ([NAME], 1)
    assert world.outside.hosts == [f"{NAME}:{world.port}"] * 2


async def test_a_name_that_leads_elsewhere_once_it_was_checked_wins_nothing(
    world: World, naming: Naming
) -> None:
    names = naming([OUTSIDE], [WITHIN])
    async with world.channel() as channel:
        assert await channel.send(message(world.url), HandOvers()) == Receipt(None)
    assert names.asked == [NAME]
    assert (len(world.outside.hosts), world.within.connections) == (1, 0)
    error = await world.failure()
    assert (type(error), error.failure) == (PermanentError, Failure.ADDRESS_REFUSED)
    assert world.within.connections == 0


async def test_whoever_checks_first_and_then_connects_by_name_is_led_within(
    world: World, naming: Naming
) -> None:
    names = naming([OUTSIDE], [WITHIN])
    (checked,) = {one[4][0] for one in socket.getaddrinfo(NAME, world.port)}
    assert checked == OUTSIDE
    tls = tls_context(world.authority.file)
    async with httpx.AsyncClient(verify=tls, trust_env=False) as client:
        assert (await client.post(world.url)).is_success
    assert len(names.asked) == 2
    assert (world.outside.connections, len(world.within.hosts)) == (0, 1)


@pytest.mark.parametrize("found", [[OUTSIDE, WITHIN], [WITHIN, OUTSIDE], [WITHIN], ["nonsense"]])
async def test_one_address_that_is_not_public_refuses_the_name(
    world: World, naming: Naming, found: list[str]
) -> None:
    naming(found)
    error = await world.failure()
    assert isinstance(error, PermanentError)
    assert (error.failure, error.suppress) == (Failure.ADDRESS_REFUSED, False)
    assert (world.outside.connections, world.within.connections) == (0, 0)


async def test_the_next_address_is_tried_where_one_does_not_answer(world: World, naming: Naming) -> None:
    naming([DEAD, OUTSIDE])
    async with world.channel() as channel:
        assert await channel.send(message(world.url), HandOvers()) == Receipt(None)
    assert len(world.outside.hosts) == 1


@pytest.mark.parametrize("found", [[], [DEAD]])
async def test_a_name_that_leads_nowhere_is_tried_again(
    world: World, naming: Naming, found: list[str]
) -> None:
    naming(found)
    error = await world.failure()
    assert (type(error), error.failure) == (TransientError, Failure.UNREACHABLE)


@pytest.mark.parametrize(
    "found",
    [
        "127.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "100.100.100.200",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "fe80::1%lo",
    ],
)
async def test_the_channel_as_it_is_made_for_real_connects_to_no_special_address(
    naming: Naming, found: str
) -> None:
    names = naming([found])
    channel = PartnerApiChannel(connections=1, rules=EndpointRules())
    with pytest.raises(PermanentError) as caught:
        await channel.send(message(f"https://{NAME}/in"), HandOvers())
    await channel.close()
    assert (caught.value.failure, names.asked) == (Failure.ADDRESS_REFUSED, [NAME])


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "localhost"])
async def test_an_address_that_stands_in_the_directory_since_before_the_rules_is_not_even_resolved(
    naming: Naming, host: str
) -> None:
    names, gate = naming([OUTSIDE]), HandOvers()
    channel = PartnerApiChannel(connections=1, rules=EndpointRules())
    with pytest.raises(PermanentError) as caught:
        await channel.send(message(f"https://{host}/in"), gate)
    await channel.close()
    assert (caught.value.failure, names.asked, gate.count) == (Failure.ADDRESS_REFUSED, [], 0)


@pytest.mark.parametrize("trusted", ["another authority", "another name", "the environment's"])
async def test_a_certificate_that_does_not_prove_the_name_keeps_the_message_back(
    world: World, naming: Naming, tmp_path: Path, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    naming([OUTSIDE])
    own_ca, url = world.authority.file, world.url
    if trusted == "another name":
        url = url.replace(NAME, "other.partner.example")
    else:
        (tmp_path / "other").mkdir()
        own_ca = Authority(tmp_path / "other").file
        monkeypatch.setenv("SSL_CERT_FILE", str(world.authority.file))
    async with world.channel(own_ca) as channel:
        with pytest.raises(TransientError) as caught:
            await channel.send(message(url), HandOvers())
    assert caught.value.failure is Failure.UNREACHABLE
    assert (world.outside.connections, world.outside.hosts) == (1, [])


async def test_what_allows_private_addresses_says_so_loudly() -> None:
    with capture_logs() as logs:
        for allow_private in (False, True):
            await PartnerApiChannel(connections=1, rules=EndpointRules(allow_private=allow_private)).close()
    (warning,) = logs
    assert (warning["event"], warning["log_level"]) == ("partner_api.private_addresses_allowed", "warning")
