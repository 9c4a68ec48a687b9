"""What the simulated providers received, as JSON lines that are only ever added to."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class ProviderChannel(StrEnum):
    """Which simulated provider received it."""

    SMS = "sms"
    """The SMS provider."""
    PARTNER_API = "partner_api"
    """A partner organisation's endpoint."""


class Request(BaseModel):
    """What a sender asked: `body` is its exact text, over which a signature was made."""

    model_config = ConfigDict(frozen=True)

    channel: ProviderChannel
    key: str
    partner_id: str | None = None
    headers: dict[str, str] = {}
    body: str

    @property
    def identity(self) -> tuple[ProviderChannel, str | None, str]:
        """Return what makes a repetition of this request the same request."""
        return self.channel, self.partner_id, self.key


class Received(Request):
    """A request that was kept."""

    sequence: int
    id: str
    received_at: datetime

    def tree(self) -> dict[str, Any]:
        """Return it as JSON, with the body also parsed as `content`."""
        return {**self.model_dump(mode="json"), "content": json.loads(self.body)}


class KeyReusedError(ValueError):
    """Say that an idempotency key came again with another body."""


class ReceivedLog:
    """The file and an index by idempotency key in memory."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = file
        self._received = _read(file)
        self._known = {item.identity: item for item in self._received}

    def keep(self, request: Request) -> Received:
        """Keep a request once for each identity and return what is kept.

        Raises:
            KeyReusedError: the same identity with another body.
        """
        known = self._known.get(request.identity)
        if known is None:
            return self._append(request)
        if known.body != request.body:
            raise KeyReusedError("this key was used for another body: use a new key for a new message")
        return known

    def find(self, *, channel: ProviderChannel | None = None, after: int = 0) -> list[Received]:
        """Return what came after this sequence, oldest first."""
        newer = self._received[max(after, 0) :]
        return [item for item in newer if channel is None or item.channel is channel]

    def _append(self, request: Request) -> Received:
        sequence = len(self._received) + 1
        identity = {"sequence": sequence, "id": f"{request.channel}-{sequence:08d}"}
        item = Received(**request.model_dump(), **identity, received_at=datetime.now(UTC))
        with self._file.open("ab") as file:
            file.write(item.model_dump_json().encode() + b"\n")
        self._received.append(item)
        self._known[item.identity] = item
        return item


def _read(file: Path) -> list[Received]:
    if not file.exists():
        return []
    content = file.read_bytes()
    # A kill in the middle of a write leaves half a line, whose sender got no answer.
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.write_bytes(whole)
    return [Received.model_validate_json(line) for line in whole.splitlines()]
