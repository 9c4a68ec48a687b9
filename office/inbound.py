"""The command that takes mails which came in, as a mail server hands them on."""

import asyncio
import sys
from hashlib import sha256
from typing import IO, Final
from uuid import uuid4

import typer

from models.bounce_mail import read_bounce
from models.inbound import InboundMailRow
from models.inbound_mail import LARGEST_MAIL_BYTES, InboundMail, read_headers
from models.vocabulary import Channel
from office.bounces import TRY_AGAIN_LATER, take_bounce
from office.desk import Office, OpenOffice, screen
from security.sealed_places import inbound_place
from storage.database import UNAVAILABLE, Database
from storage.inbound import keep, match

_CHUNK_BYTES: Final = 64 * 1024


class InboundCommand:
    """Takes one mail from stdin."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def inbound(self) -> None:
        """Take a mail that came in from stdin, for a mail server's alias: "|... admin.py inbound".

        One that answers a message of ours, or names an action, is kept sealed until a person says what it
        is; bounces are taken as such; all others are passed over. Exit code 75 asks to try again later.
        """
        office = self._open_office()
        raw = _whole(sys.stdin.buffer)
        with screen() as shown:
            if raw is None:
                shown.say("This mail is larger than 6 MiB: it was not taken. Read it in the mailbox.")
                return
            try:
                shown.say(asyncio.run(_taken(office, raw)))
            except UNAVAILABLE:
                shown.say("The database cannot be reached; hand the mail on again later.")
                raise typer.Exit(TRY_AGAIN_LATER) from None


def _whole(mail: IO[bytes]) -> bytes | None:
    """Read a mail to its end, since a mail server does not like to be cut off; None where it is too large."""
    whole = mail.read(LARGEST_MAIL_BYTES + 1)
    while mail.read(_CHUNK_BYTES):
        continue
    return whole if len(whole) <= LARGEST_MAIL_BYTES else None


async def _taken(office: Office, raw: bytes) -> str:
    bounce = read_bounce(raw, office.message_id_domain)
    if bounce:
        await take_bounce(office, bounce)
        return "This mail is a bounce of a message of ours: it was noted."
    mail = read_headers(raw, office.message_id_domain)
    database = Database(office.database_url, pool_size=1)
    try:
        return await _kept(office, database, raw, mail)
    finally:
        await database.close()


async def _kept(office: Office, database: Database, raw: bytes, mail: InboundMail) -> str:
    sender = office.fingerprint.of(Channel.EMAIL, mail.sender)
    async with database.transaction() as session:
        matched = await match(session, mail, sender)
        if matched is None:
            return "This mail answers no message of ours and names no action: it was not kept."
        inbound_id = uuid4()
        row = InboundMailRow(
            id=inbound_id,
            action_id=matched.action_id,
            target_id=matched.target_id,
            matched_by=matched.by,
            automatic=mail.automatic,
            size=len(raw),
            fingerprint=office.fingerprint.of(Channel.EMAIL, sha256(raw).hexdigest()),
            sealed_mail=office.cipher.seal_bytes(raw, context=inbound_place(inbound_id)),
        )
        kept = await keep(session, row)
    return "It is kept, and waits for a person." if kept else "It was kept before."
