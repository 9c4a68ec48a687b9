"""Received mail as .eml files in one folder, one file a message, named by order of arrival."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

ENVELOPE_HEADER = b"X-Acuerpa-Envelope: "


@dataclass(frozen=True)
class Envelope:
    """What SMTP said about a message, beside what the message says of itself."""

    sequence: int
    sender: str
    recipients: tuple[str, ...]
    received_at: datetime

    def is_for(self, address: str | None) -> bool:
        """Tell whether this address is among the recipients; None fits all."""
        return address is None or address.casefold() in (to.casefold() for to in self.recipients)


class MailStore:
    """The folder and an index of its envelopes in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._envelopes = [_read_envelope(path) for path in sorted(folder.glob("*.eml"))]
        self._last = max((envelope.sequence for envelope in self._envelopes), default=0)

    def add(self, content: bytes, sender: str, recipients: list[str]) -> Envelope:
        """Keep a message; once this returns it survives a kill of this process."""
        self._last += 1
        envelope = Envelope(self._last, sender, tuple(recipients), datetime.now(UTC))
        unfinished = self._path(self._last).with_suffix(".unfinished")
        unfinished.write_bytes(ENVELOPE_HEADER + _envelope_line(envelope) + b"\r\n" + content)
        unfinished.rename(self._path(self._last))
        self._envelopes.append(envelope)
        return envelope

    def find(self, *, to: str | None = None, after: int = 0) -> list[Envelope]:
        """Return the envelopes that came after this sequence, oldest first."""
        return [envelope for envelope in self._envelopes if envelope.sequence > after and envelope.is_for(to)]

    def envelope(self, sequence: int) -> Envelope | None:
        """Return the envelope of this sequence."""
        return next((envelope for envelope in self._envelopes if envelope.sequence == sequence), None)

    def content(self, sequence: int) -> bytes:
        """Return the message exactly as it was received."""
        return self._path(sequence).read_bytes().partition(b"\r\n")[2]

    def clear(self) -> None:
        """Remove all messages; the sequence goes on."""
        for envelope in self._envelopes:
            self._path(envelope.sequence).unlink(missing_ok=True)
        self._envelopes = []

    def _path(self, sequence: int) -> Path:
        return self._folder / f"{sequence:08d}.eml"


def message_tree(store: MailStore, envelope: Envelope) -> dict[str, Any]:
    """Return a message as a JSON tree: sequence, to, from, message_id, text, attachments, ..."""
    message = message_from_bytes(store.content(envelope.sequence), policy=default)
    return {
        "sequence": envelope.sequence,
        "to": list(envelope.recipients),
        "from": str(message["From"] or envelope.sender),
        "envelope_from": envelope.sender,
        "subject": str(message["Subject"] or ""),
        "message_id": str(message["Message-ID"] or ""),
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "attachments": [_attachment(part) for part in message.iter_attachments()],
        "headers": {name: str(value) for name, value in message.items()},
        "received_at": envelope.received_at.isoformat(),
    }


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except LookupError:
        # An unknown character set: what can be read is shown.
        payload = part.get_payload(decode=True)
        return payload.decode("ascii", errors="replace") if isinstance(payload, bytes) else None


def _attachment(part: EmailMessage) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    size = len(content) if isinstance(content, bytes) else 0
    return {"name": part.get_filename(), "media_type": part.get_content_type(), "bytes": size}


def _envelope_line(envelope: Envelope) -> bytes:
    tree = {
        "from": envelope.sender,
        "to": envelope.recipients,
        "received_at": envelope.received_at.isoformat(),
    }
    return json.dumps(tree).encode("ascii")


def _read_envelope(path: Path) -> Envelope:
    with path.open("rb") as file:
        tree = json.loads(file.readline().removeprefix(ENVELOPE_HEADER))
    received_at = datetime.fromisoformat(tree["received_at"])
    return Envelope(int(path.stem), tree["from"], tuple(tree["to"]), received_at)
