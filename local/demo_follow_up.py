"""The demo after the release: an office stays silent, is reminded, and answers."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any, Final

from local.demo_people import DemoError, Mailbox, Member
from local.demo_story import Say

OFFICE: Final = "fiscalia.ddhh@estado.example"
_IN_SECONDS: Final = {
    "replies_within: P15D": "replies_within: PT5S",
    "expires_after: PT10S": "expires_after: P42D",
}
_LATE: Final = "starter.py clocks"
LONGEST_WAIT_SECONDS: Final = 60


def in_seconds(example: Path, case: Path) -> Path:
    """Write the case anew, so that its first target has seconds to answer, where a real one has days."""
    text = example.read_text()
    for days, seconds in _IN_SECONDS.items():
        if days not in text:
            raise DemoError(f"{example.name} does not say `{days}` any more.")
        text = text.replace(days, seconds)
    case.write_text(text)
    return case


class AfterTheRelease:
    """Plays the coordinator and the office that is late."""

    def __init__(
        self,
        coordinator: Member,
        reference: str,
        mailbox: Mailbox,
        take_in: Callable[[bytes], Awaitable[None]],
        say: Say,
    ) -> None:
        self._starter = coordinator.starter
        self._reference = reference
        self._mailbox = mailbox
        self._take_in = take_in
        self._say = say

    async def play(self) -> None:
        """Have a reply clock run out, a letter approved and answered, and what became of the people noted."""
        await self._mail(lambda mail: _LATE in mail["text"])
        self._say(
            "  Marisol gets word: the prosecutor's office has not answered in its time. A step is proposed."
        )
        await self._approve()
        letter = await self._mail(lambda mail: mail["to"] == [OFFICE])
        self._say(
            f"  The office is reminded, in the thread of its first mail: [italic]{letter['subject']}[/italic]"
        )
        await self._answer(letter)
        await self._outcomes()
        await self._starter("close", self._reference, "--yes")

    async def _mail(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a mail."""
        while mails := await self._mailbox.next_mails(LONGEST_WAIT_SECONDS):
            for mail in mails:
                if wanted(mail):
                    return mail
        raise DemoError("A mail of the follow-up did not come.")

    async def _approve(self) -> None:
        listed = await self._starter("clocks", self._reference)
        step = next(step for clock in listed["clocks"] for step in clock["steps"])
        draft = await self._starter("steps", "show", self._reference, step["id"])
        await self._starter("steps", "approve", self._reference, step["id"], "--digest", draft["digest"])
        self._say(
            "Marisol reads the letter with `starter.py steps show` and approves it: none leaves by itself."
        )

    async def _answer(self, letter: dict[str, Any]) -> None:
        await self._take_in(_reply(letter))
        waiting = (await self._starter("inbound", "list", self._reference))["mails"]
        await self._starter("inbound", "confirm", self._reference, waiting[0]["id"], "--kind", "positive")
        self._say(
            "  It answers by mail. Marisol reads it and says what it is: positive. Only now its clock stands."
        )

    async def _outcomes(self) -> None:
        today = datetime.now(UTC).date().isoformat()
        for person in (0, 1):
            impact = ("--person", str(person), "--impact", "moderate_positive", "--on", today)
            await self._starter("outcome", self._reference, *impact)
        self._say("Marisol writes down what became of each, and closes the action.")


def _reply(letter: dict[str, Any]) -> bytes:
    """Return the office's answer as its mail server sends it."""
    mail = EmailMessage()
    mail["From"], mail["To"] = OFFICE, letter["from"]
    mail["Subject"] = f"Re: {letter['subject']}"
    mail["Message-ID"] = make_msgid(domain="estado.example")
    mail["In-Reply-To"] = mail["References"] = letter["message_id"]
    mail.set_content("La fiscalía abrió una investigación y acordó medidas de protección con ellas.\n")
    return mail.as_bytes()
