"""The weekly digest in a real mailbox: once, in her language, and of other cases nothing but their state."""

from channels.email import EmailChannel
from models.lifecycle import Decision
from models.messages import Purpose
from storage import freezing, outbox
from storage.database import Database
from tests.integration.digests import ask, due_digest, this_monday
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import EVERYTHING
from tests.integration.overdue import fallen, overdue_case
from tests.integration.senders import mailing, run


async def test_the_coordinator_gets_one_with_what_is_late_as_it_is_when_it_leaves(
    database: Database, mailbox: LocalMailbox
) -> None:
    case = await overdue_case(database)
    request = await due_digest(case)
    assert request.purpose is Purpose.DIGEST
    async with database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    await fallen(case)
    held = await overdue_case(database)
    await held.decide(Decision.HOLD)
    email = EmailChannel(mailbox.relay, connections=2)
    for _ in range(2):
        await run(mailing(database, email), batch)
    await email.close()
    assert (await ask(case, this_monday())).requests == ()
    (mail,) = mailbox.messages()
    assert mail["subject"] == "Lo que sus acciones urgentes le piden esta semana"
    text = mail["text"].replace("\r\n", "\n")
    assert f"{case.action.reference}\n- Pasos por decidir: 1\n- Respuestas con retraso: 2\n" in text
    assert f"{held.action.reference} (en pausa)\n\n" in text
    for one in (case, held):
        assert one.action.title not in text + mail["html"]
