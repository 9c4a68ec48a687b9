"""One connection that takes mail after mail, and what is said on it."""

from dataclasses import dataclass

import aiosmtplib

from channels.base import ChannelError
from channels.smtp_codes import CLOSING, verdict
from channels.smtp_dialogue import END, Dialogue, LostError, Reply


class StaleError(Exception):
    """A connection serves us no more: a new one may."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False)
class Connection:
    """A connection that takes one mail after the other."""

    dialogue: Dialogue
    envelope_said: bool = False
    """The envelope of the next mail is on its way already."""
    midway: bool = False
    """Answers are due, or the relay waits for a text: no other mail can begin here."""
    in_transaction: bool = False
    """A mail was begun and given up: the relay must be told to forget it."""
    mails: int = 0
    """How many it has carried."""
    idle_since: float = 0.0

    async def ask(self, words: bytes) -> Reply:
        """Return the answer to something, which was said already where things are said in groups."""
        if not self.dialogue.takes_groups:
            self.dialogue.say(words, answers=1)
        return await self.heard()

    async def heard(self) -> Reply:
        """Return the next answer; after the one that ends the connection, nothing more is said on it."""
        answer = await self.dialogue.reply()
        if answer.code == CLOSING:
            self.dialogue.close()
        return answer

    def leave(self) -> None:
        """Say goodbye, as a relay likes it; nothing hangs on its answer."""
        if self.dialogue.is_usable:
            self.dialogue.say(b"QUIT\r\n", answers=1)
        self.dialogue.close()

    def refused(self, error: ChannelError) -> ChannelError:
        """Note that a mail was refused, while the conversation goes on."""
        self.in_transaction, self.midway = True, False
        return error


async def say_hello(smtp: aiosmtplib.SMTP) -> None:
    """Say who we are, in the old way where the relay does not know the new one."""
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        await smtp.helo()


async def forget(connection: Connection) -> None:
    """Have the relay forget a mail that was begun."""
    connection.dialogue.say(b"RSET\r\n", answers=1)
    answer = await connection.dialogue.reply()
    if not answer.is_done:
        raise StaleError(answer.code)
    connection.in_transaction = False


async def send_nothing(connection: Connection) -> None:
    """Answer a relay that took DATA without a recipient: by a lone dot (RFC 2920, section 3.1)."""
    dialogue = connection.dialogue
    if not dialogue.takes_groups:
        return
    try:
        if (await dialogue.reply()).is_go_on:
            dialogue.say(END, answers=1)
            await dialogue.reply()
    except LostError:
        return  # the recipient was judged before


async def begin_text(connection: Connection) -> None:
    """Ask to send the text, where that was not asked with the envelope."""
    if connection.dialogue.takes_groups:
        return
    connection.midway = True
    answer = await connection.ask(b"DATA\r\n")
    if not answer.is_go_on:
        raise connection.refused(verdict(answer.code))
