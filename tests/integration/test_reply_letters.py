"""Reminders to targets by real SMTP: as they were approved, as an answer to the first mail."""

from collections.abc import AsyncIterator

import pytest

from channels.email import EmailChannel
from models.messages import DeliveryState, Purpose
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import approved_letter, overdue_case
from tests.integration.senders import mailing, run


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=2)
    yield channel
    await channel.close()


@pytest.fixture
async def case(database: Database) -> Case:
    return await overdue_case(database)


async def test_a_reminder_arrives_as_it_was_approved_below_the_first_mail(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    await approved_letter(case)
    outcome = await run(mailing(case.database, email), await case.batch(Purpose.REPLY_REMINDER))
    assert outcome.sent == 1
    (mail,) = mailbox.messages()
    assert mail["to"] == ["urgente@mecanismo.example"]
    (first,) = await execute(
        case.database,
        "SELECT delivery.id FROM delivery JOIN dispatch ON dispatch.id = dispatch_id"
        " WHERE purpose = 'statement' AND address = 'urgente@mecanismo.example'",
    )
    assert str(first.id) in mail["headers"]["In-Reply-To"]
    assert "A quien corresponda:" in mail["text"]
    assert f"{case.action.reference}/1" in mail["subject"]
    for name in ("Luna", "Rosaura", "Ceiba", "Jacinta"):
        assert name not in mail["text"] + mail["subject"]


async def test_what_is_not_what_was_approved_does_not_leave(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    await approved_letter(case, digest=bytes(32))
    batch = await case.batch(Purpose.REPLY_REMINDER)
    outcome = await run(mailing(case.database, email), batch)
    assert (outcome.sent, mailbox.messages()) == (0, [])
    assert await case.states(batch) == [DeliveryState.FAILED]
