"""The reminder of a day of a case in a real mailbox: kind and date, and nothing of what is sealed."""

from channels.email import EmailChannel
from models.messages import Purpose
from storage import freezing, outbox
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.milestones import reminder_of_hearing
from tests.integration.outbox_cases import EVERYTHING
from tests.integration.overdue import overdue_case
from tests.integration.senders import mailing, run


async def test_the_coordinator_is_reminded_in_her_language(database: Database, mailbox: LocalMailbox) -> None:
    case = await overdue_case(database)
    request = await reminder_of_hearing(case)
    assert request.purpose is Purpose.MILESTONE
    async with database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    email = EmailChannel(mailbox.relay, connections=2)
    await run(mailing(database, email), batch)
    await email.close()
    (mail,) = mailbox.messages()
    assert mail["subject"] == f"{case.action.reference}: pasó una fecha del caso"
    assert "Audiencia: " in mail["text"]
    assert "10:00" in mail["text"]
    assert f"starter.py milestones done {case.action.reference} 1" in mail["text"]
