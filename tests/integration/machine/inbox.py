"""What really arrived: mails at the mailbox, texts and documents at the simulated providers."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from tests.integration.machine.fold import readings_of, words_in

KINDS: Final = {
    "statement": r"accion urgente ua \d+ \d+ \d+ |urgent action ua \d+ \d+ \d+ ",
    "invitation": r"invitacion a firmar ua |invitation to sign ua ",
    "reminder": r"recordatorio su respuesta sobre ua |reminder your answer on ua ",
    "notice": r"aviso ua \d+ \d+ \d+ |notice ua \d+ \d+ \d+ ",
    "check_in": r"ua \d+ \d+ (seguimiento|check in) ",
    "alarm": r"ua \d+ \d+ (ya no queda a quien|nobody is left)",
    "leak_alarm": r"ua \d+ \d+ (mensajes retenidos|messages held back)",
    "invitation_alarm": r"ua \d+ \d+ (algunas organizaciones no recibieron|some organisations were not)",
    "reply_overdue": r"ua \d+ \d+ (una instancia no respondio|an office has not answered)",
    "milestone": r"ua \d+ \d+ (se acerca una fecha|paso una fecha|vencio un compromiso|a date of the case"
    r"|a pledge has come due)",
    "receipt": r"ua \d+ \d+ \d+ (esta respuesta es suya|lo que se respondio|la respuesta se retiro"
    r"|was this answer yours|what was answered|the answer was taken back)",
    "sign_again": r"cambio el texto que firmo |the text that ",
    "address_changed": r"otra direccion registrada de |another registered address of ",
    "verification": r"(recordatorio )?un caso le |(reminder )?a case (still )?waits for you",
}
"""How the subject of each kind of message begins, folded."""

REFERENCE: Final = re.compile(r"UA-\d{4}-\d{3,}")
INDEX: Final = re.compile(r"UA-\d{4}-\d{3,}/(\d+)")
SIGN_LINK: Final = re.compile(r"https://\S+/s/[\w-]+")
PAGE: Final = "page"
"""The channel of what a partner reads behind its link."""

_NETWORK: Final = "red acuerpa "


@dataclass(frozen=True)
class Message:
    """One message as its reader has it."""

    channel: str
    to: str
    title: str
    parts: tuple[str, ...]
    """All that can be read, each part on its own."""
    language: str | None
    received_at: datetime
    digest: str | None = None

    @property
    def kind(self) -> str | None:
        """What it is, by its subject; None where it is nothing that we know."""
        folded = words_in(self.title).removeprefix(_NETWORK) + " "
        return next((kind for kind, begins in KINDS.items() if re.match(begins, folded)), None)

    @property
    def reference(self) -> str | None:
        """The case that it is about, where it says so."""
        found = REFERENCE.search(self._said)
        return found.group() if found else None

    @property
    def number(self) -> int:
        """The number of its document."""
        found = INDEX.search(self._said)
        assert found, self.title
        return int(found.group(1))

    @property
    def _said(self) -> str:
        """Its subject before its text, for those of which the subject says nothing of the case."""
        return "\n".join((self.title, *self.parts))

    @property
    def whole(self) -> str:
        """All that can be read, folded."""
        return " ".join(map(words_in, self.parts))


class Inboxes:
    """Fetches each message once."""

    def __init__(self, http: httpx.AsyncClient, mailbox_url: str, providers_url: str) -> None:
        self._http = http
        self._mailbox, self._providers = mailbox_url, providers_url
        self._mails = self._others = 0

    async def news(self) -> list[Message]:
        """Return what has arrived since the last time, oldest first."""
        mails, others = await self._arrived()
        messages = [_mail(one) for one in mails] + [_other(one) for one in others]
        return sorted(messages, key=lambda message: message.received_at)

    async def pass_over(self) -> None:
        """Leave unread what arrived before, for other tests, in whatever form."""
        await self._arrived()

    async def forget(self) -> None:
        """Have the mailbox throw away what was read."""
        (await self._http.delete(f"{self._mailbox}/messages")).raise_for_status()

    async def _arrived(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        mails = await self._fetch(f"{self._mailbox}/messages", self._mails)
        others = await self._fetch(f"{self._providers}/received", self._others)
        self._mails = max([self._mails, *(one["sequence"] for one in mails)])
        self._others = max([self._others, *(one["sequence"] for one in others)])
        return mails, others

    async def _fetch(self, url: str, after: int) -> list[dict[str, Any]]:
        answer = await self._http.get(url, params={"after": after})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found


def _mail(tree: dict[str, Any]) -> Message:
    (to,) = tree["to"]
    return Message(
        channel="email",
        to=to,
        title=tree["subject"],
        parts=(tree["subject"], tree["text"], tree["headers"]["To"], *readings_of(tree["html"])),
        language=tree["headers"]["Content-Language"],
        received_at=datetime.fromisoformat(tree["received_at"]),
    )


def _other(tree: dict[str, Any]) -> Message:
    received_at, content = datetime.fromisoformat(tree["received_at"]), tree["content"]
    if tree["channel"] == "sms":
        text = content["text"]
        return Message("sms", content["to"], text, (text,), None, received_at)
    data = content["data"]
    kind = {"statement.released": "Urgent action", "action.stopped": "Notice"}[content["type"]]
    parts = (data["title"], data["summary"], data["body"], data["background"] or "", *data["demands"])
    return Message(
        channel="partner_api",
        to=tree["partner_id"],
        title=f"{kind} {data['index']}: {data['title']}",
        parts=(*parts, str(data.get("signatories"))),
        language=data["statement_language"],
        received_at=received_at,
        digest=data["digest"],
    )
