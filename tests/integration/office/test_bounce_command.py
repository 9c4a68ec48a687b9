"""`admin.py bounces`: a mail that came back, handed on by a mail server, and what follows from it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from typer.testing import CliRunner, Result

from admin import app
from channels.email import EmailChannel
from models.messages import Purpose
from office.bounces import TRY_AGAIN_LATER
from storage import inviting
from storage.database import Database
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.office.desk_work import SETTINGS
from tests.integration.outbox_cases import by_address, execute, make_case
from tests.integration.senders import inbox, mailing, run
from tests.unit.bounce_mails import bounce, status

XIOMARA, NOEMI = "urgente@reddelvolcan.example", "noemi@reddelvolcan.example"


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


def handed_on(database_url: str, raw: bytes) -> Result:
    """Run the command as a mail server does."""
    environment = {
        **SETTINGS,
        "ACUERPA_DATABASE_URL": database_url,
        "ACUERPA_FINGERPRINT_KEY": factories.FINGERPRINT_KEY,
    }
    return CliRunner().invoke(app, ["bounces"], input=raw, env=environment)


async def test_a_bounced_invitation_goes_to_the_partners_next_contact(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    invitations = await case.batch(Purpose.INVITATION)
    await run(mailing(database, email), invitations)
    (mail,) = mailbox.messages(to=XIOMARA)
    original = f"Message-ID: {mail['message_id']}\r\nSubject: x\r\n\r\n"
    came_back = bounce(status(recipient=XIOMARA), original=original)
    for _ in range(2):
        told = await asyncio.to_thread(handed_on, database.url, came_back)
        assert (told.exit_code, told.output) == (0, "")
    bounced = by_address(await case.deliveries(invitations))[XIOMARA]
    assert (bounced.state, bounced.failure) == ("bounced", "hard_bounce")
    async with database.transaction() as session:
        again = await inviting.invite_again(session, case.document)
    assert (again.round, again.alarms) == (2, (1,))
    await run(mailing(database, email), await case.batch(Purpose.INVITATION, turn=2))
    (to_noemi,) = mailbox.messages(to=NOEMI)
    assert "/s/" in to_noemi["text"]
    assert set(inbox(mailbox).values()) == {1}
    kinds = [
        row.kind
        for row in await execute(
            database, "SELECT kind FROM audit_event WHERE kind = 'address_suppressed' ORDER BY number"
        )
    ]
    assert kinds == ["address_suppressed"]


def test_what_is_no_bounce_is_passed_over(database_url: str) -> None:
    told = handed_on(database_url, b"Subject: hola\r\n\r\nhola\r\n")
    assert told.exit_code == 0
    assert "no bounce of a message of ours" in told.stderr


def test_without_the_database_the_mail_server_is_asked_to_try_again() -> None:
    told = handed_on("postgresql+psycopg://nobody:x@127.0.0.1:9/none", bounce())
    assert told.exit_code == TRY_AGAIN_LATER
