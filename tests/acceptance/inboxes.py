"""What arrived: at the mailbox, and at the simulated SMS provider and partners' systems."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_SECONDS = 60
LONGEST_POLL_SECONDS = 20
KINDS = {
    "notice": ("Aviso UA-", "Notice UA-"),
    "alarm": ("ya no queda a quién", "nobody is left"),
    "request": ("Un caso le espera", "A case waits"),
    "invitation": ("Invitación a firmar", "Invitation to sign", "Invitation à signer"),
    "reminder": ("Recordatorio:", "Reminder:"),
    "statement": ("Acción urgente UA-", "Urgent action UA-", "Action urgente UA-"),
    "receipt": ("lo que se respondió", "what was answered", "ce qui a été répondu"),
    "check-in": ("seguimiento", "check-in"),
    "expiry warning": ("la acción vence pronto", "the action expires soon"),
    "day near": ("se acerca una fecha del caso",),
    "day passed": ("pasó una fecha del caso",),
    "overdue": ("no respondió en su plazo", "has not answered in its time"),
    "reply letter": ("En espera de su respuesta", "Sin respuesta a UA-", "No answer to UA-"),
    "confirmation": ("¿esta respuesta es suya?", "was this answer yours?"),
    "new link": ("Nuevo enlace para", "New link for"),
    "address": ("Otra dirección registrada",),
    "sign again": ("Cambió el texto que firmó", "signed has changed"),
}
PERSONAL_LINK = re.compile(r"https?://\S+/[src]/[\w-]+")


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    to: str
    subject: str
    delivery_id: str
    text: str
    html: str
    language: str

    @property
    def kind(self) -> str:
        return next(kind for kind, words in KINDS.items() if any(word in self.subject for word in words))

    @property
    def link(self) -> str:
        """The personal link in it: to sign, to say what is not so, or to answer a check-in."""
        link: str = PERSONAL_LINK.findall(self.text)[0]
        return link


class Mailbox:
    """The mailbox that takes all mail; each mail is fetched once."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url
        self._seen = 0
        self._mails: list[Mail] = []

    async def mails(self, about: str = "", *, wait: float = 0) -> list[Mail]:
        """Return what has arrived, oldest first, waiting for something new if asked to."""
        parameters = {"after": self._seen, "wait": wait}
        trees = (await self._http.get(f"{self._url}/messages", params=parameters)).raise_for_status().json()
        for tree in trees:
            self._seen = tree["sequence"]
            (to,) = tree["to"]
            self._mails.append(
                Mail(
                    to=to,
                    subject=tree["subject"],
                    delivery_id=tree["message_id"].strip("<>").partition("@")[0],
                    text=tree["text"],
                    html=tree["html"],
                    language=tree["headers"]["Content-Language"],
                )
            )
        return [mail for mail in self._mails if about in mail.subject]

    async def until(self, holds: Callable[[list[Mail]], bool]) -> list[Mail]:
        """Wait until what has arrived fits."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            mails = await self.mails()
            while not holds(mails):
                mails = await self.mails(wait=LONGEST_POLL_SECONDS)
        return mails

    async def copies(self, about: str, kind: str) -> Counter[str]:
        """Count how often each address got this kind of mail."""
        return Counter(mail.to for mail in await self.mails(about) if mail.kind == kind)

    async def arrived(self, about: str, kind: str = "statement") -> int:
        """Count the mails of a kind."""
        return (await self.copies(about, kind)).total()

    async def has(self, number: int, about: str, kind: str = "statement") -> None:
        """Wait until this many mails of a kind have arrived."""
        await self.until(
            lambda mails: sum(about in mail.subject and mail.kind == kind for mail in mails) >= number
        )

    async def order_faults(self, *faults: dict[str, Any]) -> None:
        (await self._http.put(f"{self._url}/faults", json=list(faults))).raise_for_status()

    async def fired(self) -> list[int]:
        """Tell how often each ordered fault fired."""
        return [fault["fired"] for fault in (await self._http.get(f"{self._url}/faults")).json()]


class Providers:
    """The simulated SMS provider and partners' systems."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self.url = url

    async def received(self, channel: str, about: str = "") -> list[dict[str, Any]]:
        """Return what a provider kept, as it was sent."""
        answer = await self._http.get(f"{self.url}/received", params={"channel": channel})
        return [one for one in answer.raise_for_status().json() if about in one["body"]]

    async def texts(self, about: str) -> Counter[str]:
        """Count how often each number got a text."""
        return Counter(one["content"]["to"] for one in await self.received("sms", about))

    async def documents(self, about: str) -> Counter[str]:
        """Count how often each partner's system got a document."""
        return Counter(one["partner_id"] for one in await self.received("partner_api", about))

    async def order_faults(self, *faults: dict[str, Any]) -> None:
        (await self._http.put(f"{self.url}/faults", json=list(faults))).raise_for_status()

    async def fired(self) -> list[int]:
        """Tell how often each ordered fault fired."""
        return [fault["fired"] for fault in (await self._http.get(f"{self.url}/faults")).json()]
