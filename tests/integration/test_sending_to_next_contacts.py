"""An invitation that a mail server refuses goes to the partner's next contact, over real SMTP."""

from collections.abc import AsyncIterator

import pytest

from channels.email import EmailChannel
from models.messages import Purpose
from models.sign_on_messages import InvitedAgain
from storage import inviting
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import inbox, mailing, run

XIOMARA, NOEMI = "urgente@reddelvolcan.example", "noemi@reddelvolcan.example"


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


async def again(case: Case) -> InvitedAgain:
    async with case.database.transaction() as session:
        return await inviting.invite_again(session, case.document)


async def test_it_goes_to_the_next_contact_by_her_name_and_the_coordinator_is_told_how_many(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    mailbox.order({"verb": "rcpt", "code": 550, "address": XIOMARA})
    invitations = await case.batch(Purpose.INVITATION)
    outcome = await run(mailing(case.database, email), invitations)
    assert (outcome.sent, outcome.ended) == (invitations.last - 1, 1)
    assert mailbox.fired() == [1]
    assert await again(case) == InvitedAgain(round=2, alarms=(1,))
    await run(mailing(case.database, email), await case.batch(Purpose.INVITATION, turn=2))
    await run(mailing(case.database, email), await case.batch(Purpose.INVITATION_ALARM))
    (mail,) = mailbox.messages(to=NOEMI)
    assert "Noemí Imaginaria Cruz" in mail["text"]
    assert "/s/" in mail["text"]
    (author,) = await execute(
        case.database, "SELECT email FROM person WHERE id = :id", id=case.action.author_id
    )
    (told,) = mailbox.messages(to=author.email)
    assert "no llegó a 1 organización." in told["text"]
    assert "Volcán" not in told["text"]
    assert inbox(mailbox)[XIOMARA] == 0
    assert set(inbox(mailbox).values()) == {1}
