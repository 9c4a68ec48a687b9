"""The command that takes mails which came back, as a mail server hands them on."""

import asyncio
import sys
from typing import IO, Final

import typer

from models.bounce_mail import LARGEST_BOUNCE_BYTES, Bounce, read_bounce
from models.delivery_receipts import DeliveryReceipt
from models.vocabulary import Channel
from office.desk import Office, OpenOffice, screen
from storage.database import UNAVAILABLE, Database
from storage.delivery_receipts import take_receipts

TRY_AGAIN_LATER: Final = 75
"""EX_TEMPFAIL (sysexits.h): the mail server keeps the mail, and hands it on again."""

_CHUNK_BYTES: Final = 64 * 1024


class BounceCommand:
    """Takes one mail from stdin."""

    def __init__(self, open_office: OpenOffice) -> None:
        self._open_office = open_office

    def bounces(self) -> None:
        """Take a mail that came back from stdin, for a mail server's alias: "|... admin.py bounces".

        What is no bounce of ours is passed over. Exit code 75 asks the mail server to try again later.
        """
        office = self._open_office()
        bounce = read_bounce(_start_of(sys.stdin.buffer), office.message_id_domain)
        with screen() as shown:
            if bounce is None:
                shown.say("This mail is no bounce of a message of ours.")
                return
            if not bounce.recognised:
                shown.say("The code of this bounce is none that we know: it suppresses no address.")
            try:
                asyncio.run(take_bounce(office, bounce))
            except UNAVAILABLE:
                shown.say("The database cannot be reached; hand the mail on again later.")
                raise typer.Exit(TRY_AGAIN_LATER) from None


def _start_of(mail: IO[bytes]) -> bytes:
    """Read the start of a mail, and let the rest pass by: a mail server does not like to be cut off."""
    start = mail.read(LARGEST_BOUNCE_BYTES)
    while mail.read(_CHUNK_BYTES):
        continue
    return start


async def take_bounce(office: Office, bounce: Bounce) -> None:
    """Note what a bounce says of a message of ours."""
    about = frozenset(office.fingerprint.of(Channel.EMAIL, one) for one in bounce.about)
    receipt = DeliveryReceipt(bounce.kind, bounce.delivery_id, about=about)
    database = Database(office.database_url, pool_size=1)
    try:
        await take_receipts(database, Channel.EMAIL, "bounces", [receipt])
    finally:
        await database.close()
