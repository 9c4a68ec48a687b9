"""The receiver that we give to partners' developers, run as they run it, against the channel itself."""

import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from standardwebhooks import Webhook

from channels.base import Failure, Outbound, Receipt, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from local.ports import free_port
from local.process import Child
from models.endpoints import EndpointRules
from tests.conftest import ROOT
from tests.integration.channels.mails import HandOvers
from tests.unit.test_partner_webhooks import EVENTS, sent

SECRET, STRANGER = "whsec_" + "QUFB" * 8, "whsec_" + "QUFC" * 8
BODY = '{"type": "statement.released", "data": {"index": "UA-2026-014/1", "title": "x"}}'


@dataclass(frozen=True)
class Receiver:
    """A running receiver, and what it kept and printed."""

    url: str
    folder: Path
    channel: PartnerApiChannel

    async def send(self, *secrets: str, delivery_id: UUID | None = None, kind: str = "") -> Receipt:
        content = DocumentContent(sent(kind or "statement.released"), secrets)
        return await self.channel.send(Outbound(delivery_id or uuid4(), self.url, content), HandOvers())

    async def post(self, **changes: str) -> int:
        """Post what a stranger may have kept or made, and return the status."""
        at = datetime.now(UTC)
        headers = {
            "webhook-id": "1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("1", at, BODY),
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(self.url, content=BODY, headers={**headers, **changes})
        return answer.status_code

    def kept(self) -> int:
        with sqlite3.connect(self.folder / "seen.sqlite") as seen:
            count: int = seen.execute("SELECT count(*) FROM seen").fetchone()[0]
        return count

    def printed(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    """The example as a process of its own."""
    url = f"http://127.0.0.1:{(port := free_port())}/"
    child = Child(
        "receiver",
        (sys.executable, ROOT / "examples" / "partner_receiver.py", str(port)),
        log=tmp_path / "log",
        environment={**os.environ, "PARTNER_SECRETS": SECRET, "PARTNER_SEEN": str(tmp_path / "seen.sqlite")},
        folder=tmp_path,
    )
    channel = PartnerApiChannel(connections=1, rules=EndpointRules(allow_private=True))

    async def is_up() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(url)).status_code == 501
        except httpx.TransportError:
            return False

    child.start()
    await child.wait_until(is_up)
    yield Receiver(url, tmp_path, channel)
    await channel.close()
    await child.stop()


async def test_what_the_channel_sends_is_taken_once_and_what_others_send_is_not(receiver: Receiver) -> None:
    delivery_id = uuid4()
    for kind in EVENTS:
        assert await receiver.send(SECRET, kind=kind) == Receipt(None)
    for _ in range(2):
        assert await receiver.send(SECRET, delivery_id=delivery_id) == Receipt(None)
    assert await receiver.send(STRANGER, SECRET) == Receipt(None)  # both of a secret that is being replaced
    taken = [f"{kind} UA-2026-014/1 Acción ✊" for kind in EVENTS]
    told = [line for line in receiver.printed() if "UA-" in line]
    assert told == [*taken, *["statement.released UA-2026-014/1 Acción ✊"] * 2]
    assert receiver.kept() == 5

    with pytest.raises(TransientError) as caught:
        await receiver.send(STRANGER)
    assert caught.value.failure is Failure.UNAUTHORISED
    at = datetime.now(UTC) - timedelta(minutes=6)
    old = {
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("1", at, BODY),
    }
    assert await receiver.post(**old) == 401
    for wrong in (
        {"webhook-id": "2"},
        {"webhook-timestamp": str(int(datetime.now(UTC).timestamp()) - 1)},
        {"webhook-timestamp": "now"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": ""},
    ):
        assert await receiver.post(**wrong) == 401, wrong
    assert receiver.kept() == 5
    assert await receiver.post() == 204
    assert receiver.kept() == 6
