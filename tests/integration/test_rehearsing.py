"""Rehearsing a release: one message of each kind, kept sealed, and sent to nobody but whoever asks."""

from collections.abc import AsyncIterator
from email import message_from_string
from email.policy import default as whole_policy
from uuid import UUID

import pytest

from activities.rehearsing import Rehearsing
from activities.sending import SendingActivities
from channels.email import EmailChannel
from channels.mime import build_mail
from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from security.sealed_places import rehearsed_message_place
from storage import actions
from storage.audiences import REACHED
from storage.database import Database
from storage.documents import current_version
from storage.freezing import NotPermittedError
from storage.rehearsals import want_rehearsal
from storage.standing import facts_of
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import composer, inbox, run
from tests.integration.sign_links import answered

KINDS = """
    SELECT recipient_kind, language, disclosure, state, failure, address
    FROM delivery JOIN dispatch ON dispatch.id = delivery.dispatch_id
    WHERE dispatch.purpose = :purpose AND delivery.channel = 'email'
    ORDER BY recipient_kind, language, disclosure
"""
RELEASE = "SELECT DISTINCT recipient_kind, language, disclosure FROM delivery JOIN dispatch ON dispatch.id = dispatch_id WHERE purpose = 'statement' AND channel = 'email' ORDER BY 1, 2, 3"  # noqa: E501


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    await answered(made, "casa-manantial")
    return made


async def wanted(case: Case, *, sent: bool, person_id: UUID | None = None) -> int:
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        document = (await current_version(session, action.id)).document
        by = person_id or action.author_id
        return (await want_rehearsal(session, action, document, person_id=by, sent=sent)).round


def rehearsing(database: Database, email: EmailChannel, mailbox: LocalMailbox) -> "SendingActivities[object]":
    compose = Rehearsing(
        database,
        factories.CIPHER,
        composer(database).email,
        as_it_leaves=lambda one: build_mail(mailbox.relay, one).decode("ascii"),
    )
    return SendingActivities(database, email, compose)  # type: ignore[arg-type]


async def test_without_sending_each_kind_of_message_is_kept_as_it_would_leave_and_nobody_gets_any(
    database: Database, case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    turn = await wanted(case, sent=False)
    batch = await case.batch(Purpose.REHEARSAL, turn=turn)
    assert (await run(rehearsing(database, email, mailbox), batch)).waiting == 0
    assert inbox(mailbox) == {}
    rows = await execute(database, KINDS, purpose="rehearsal")
    assert {(row.state, row.failure) for row in rows} == {("cancelled", "only_kept")}
    await case.freeze(Purpose.STATEMENT)
    assert [tuple(row)[:3] for row in rows] == [tuple(row) for row in await execute(database, RELEASE)]
    kept = await execute(
        database,
        "SELECT delivery_id, sealed_message, delivery.disclosure FROM rehearsed_message "
        "JOIN delivery ON delivery.id = delivery_id",
    )
    assert len(kept) == len(rows)
    for row in kept:
        assert b"Acci" not in row.sealed_message
        message = factories.CIPHER.open(row.sealed_message, context=rehearsed_message_place(row.delivery_id))
        mail = message_from_string(message, policy=whole_policy)
        assert case.action.reference in str(mail["Subject"])
        assert str(row.delivery_id) in str(mail["Message-ID"])


async def test_sent_it_arrives_at_the_address_of_whoever_asks_and_nowhere_else(
    database: Database, case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    async with database.transaction() as session:
        me = await factories.add_person(session, email="ensayo@red.example")
    turn = await wanted(case, sent=True, person_id=me.id)
    batch = await case.batch(Purpose.REHEARSAL, turn=turn)
    outcome = await run(rehearsing(database, email, mailbox), batch)
    rows = await execute(database, KINDS, purpose="rehearsal")
    assert (outcome.sent, len(rows)) == (len(rows), len(rows))
    assert {row.address for row in rows} == {"ensayo@red.example"}
    assert inbox(mailbox) == {"ensayo@red.example": len(rows)}
    reached = await execute(database, REACHED, action_id=case.action.id)
    assert "ensayo@red.example" not in {row.address for row in reached}


async def test_it_passes_the_gate_as_a_release_does(
    database: Database, case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    turn = await wanted(case, sent=True)
    batch = await case.batch(Purpose.REHEARSAL, turn=turn)
    await case.decide(Decision.HOLD)
    outcome = await run(rehearsing(database, email, mailbox), batch)
    assert (outcome.sent, outcome.on_hold) == (0, True)
    assert inbox(mailbox) == {}
    assert set(await case.states(batch)) == {DeliveryState.READY}
    await case.decide(Decision.RESUME)
    await execute(database, "DELETE FROM attestation")
    with pytest.raises(NotPermittedError):
        await case.freeze(Purpose.REHEARSAL, await wanted(case, sent=True))


async def test_the_workflow_is_told_of_the_newest_rehearsal_until_it_is_frozen(case: Case) -> None:
    await wanted(case, sent=False)
    newest = await wanted(case, sent=False)

    async def told() -> list[int]:
        async with case.database.transaction() as session:
            personal = (await facts_of(session, case.action.id)).personal
        return [one.round for one in personal if one.purpose is Purpose.REHEARSAL]

    assert await told() == [newest] == [2]
    await case.freeze(Purpose.REHEARSAL, newest)
    assert await told() == []
