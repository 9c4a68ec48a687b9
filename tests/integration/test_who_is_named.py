"""What readers really receive: who is named to whom, and what the last reading holds back."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from channels.email import EmailChannel
from models.messages import DeliveryState, Purpose
from models.vocabulary import RenderingKind, SignatureVisibility
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute, handed_over_alone, make_case
from tests.integration.senders import mailing, run
from tests.integration.sign_links import SIGNED, answered

PROSECUTOR = "fiscalia.ddhh@estado.example"
HER_NAME, HER_PSEUDONYM = "Maruca Tovilla Espinar", "Ceiba"
AUTHORITY_REVOKED = "UPDATE consent SET revoked_at = now() WHERE use = 'name_to_authorities' AND"
HERS = " person_at_risk_id = (SELECT id FROM person_at_risk WHERE display_name = 'Ceiba')"


@pytest.fixture
async def case(database: Database) -> Case:
    return await make_case(database)


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=3)
    yield channel
    await channel.close()


def whole(message: dict[str, Any]) -> str:
    return f"{message['subject']}\n{message['text']}\n{message['html']}"


async def test_an_authority_is_told_the_name_behind_a_pseudonym_and_nobody_else_is(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await run(mailing(case.database, email), await case.batch())
    named = {message["to"][0] for message in mailbox.messages() if HER_NAME in whole(message)}
    assert named == {PROSECUTOR}
    (to_authority,) = mailbox.messages(PROSECUTOR)
    assert HER_PSEUDONYM in to_authority["text"]
    assert HER_NAME in to_authority["text"]
    assert HER_NAME in to_authority["html"]
    assert len(mailbox.messages()) > 5


async def test_what_is_sent_has_the_digest_of_the_rendering_that_was_approved(
    case: Case, email: EmailChannel
) -> None:
    batch = await case.batch()
    await run(mailing(case.database, email), batch)
    approved = {
        (row.kind, row.language): row.digest
        for row in await execute(case.database, "SELECT kind, language, digest FROM rendering")
    }
    sent = {(one.rendering.value, one.language, one.digest) for one in await case.deliveries(batch)}
    assert sent == {(kind, language, approved[kind, language]) for kind, language, _ in sent}
    assert {kind for kind, _, _ in sent} == {"public", "identified"}


async def test_without_her_consent_an_authority_gets_what_everybody_gets(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await execute(case.database, AUTHORITY_REVOKED + HERS)
    await run(mailing(case.database, email), await case.batch())
    (to_authority,) = mailbox.messages(PROSECUTOR)
    assert HER_NAME not in whole(to_authority)
    assert HER_PSEUDONYM in to_authority["text"]


async def test_a_consent_revoked_between_claim_and_hand_over_keeps_the_name_in(case: Case) -> None:
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    await execute(case.database, AUTHORITY_REVOKED + HERS)
    async with case.database.transaction() as session:
        passed = {
            one.rendering
            for one in claimed
            if await handed_over_alone(session, case.action.id, one.id, claim_id)
        }
    assert {one.rendering for one in claimed} == {RenderingKind.PUBLIC, RenderingKind.IDENTIFIED}
    assert passed == {RenderingKind.PUBLIC}


async def test_a_text_that_names_her_is_parked_and_raises_an_alarm_without_naming_her(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await execute(
        case.database, "UPDATE person_at_risk SET visibility = 'withheld' WHERE visibility = 'named'"
    )
    batch = await case.batch()
    with capture_logs() as logs:
        outcome = await run(mailing(case.database, email), batch)
    assert mailbox.messages() == []
    assert (outcome.sent, outcome.waiting) == (0, 0)
    assert set(await case.states(batch)) == {DeliveryState.PARKED}
    alarms = [line for line in logs if line["event"] == "delivery.parked"]
    assert len(alarms) == len(await case.deliveries(batch))
    assert "Jacinta" not in str(logs)
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'messages_parked'")
    assert sum(row.detail["count"] for row in events) == len(alarms)
    nudged = await execute(case.database, "SELECT requested FROM pending_nudge WHERE addressee = 'action'")
    assert nudged


async def test_a_recipient_who_bears_her_name_is_written_to(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    await execute(case.database, "UPDATE contact SET name = 'Maruca Tovilla' WHERE slug = 'the-lantern'")
    batch = await case.batch()
    await run(mailing(case.database, email), batch)
    (message,) = mailbox.messages("newsdesk@lantern.example")
    assert "Maruca Tovilla," in message["text"]


async def test_another_text_than_the_approved_one_is_not_sent(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    batch = await case.batch()
    await execute(case.database, "UPDATE document_text SET body = body || ' Más.' WHERE language = 'es'")
    with capture_logs():  # each is written with all that was at hand, which takes long
        await run(mailing(case.database, email), batch)
    languages = {message["headers"]["Content-Language"] for message in mailbox.messages()}
    assert languages == {"en"}
    failed = [one for one in await case.deliveries(batch) if one.state is DeliveryState.FAILED]
    assert {one.language for one in failed} == {"es"}
    assert {one.failure for one in failed} == {"not_renderable"}


async def test_parked_messages_are_cancelled_by_the_next_release_which_serves_their_readers(
    case: Case, email: EmailChannel
) -> None:
    hide = "UPDATE person_at_risk SET visibility = '{}' WHERE display_name = 'Jacinta Olvera Montejo'"
    await execute(case.database, hide.format("withheld"))
    batch = await case.batch()
    await run(mailing(case.database, email), batch)
    await execute(case.database, hide.format("named"))
    again = await case.freeze(Purpose.STATEMENT, 2)
    assert again.size > 0
    assert set(await case.states(batch)) == {DeliveryState.CANCELLED}
    assert {one.failure for one in await case.deliveries(batch)} == {"names_somebody"}


async def test_a_partner_that_signs_for_authorities_alone_is_named_to_them_and_counted_for_everybody_else(
    case: Case, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    named, hidden, authorities = "Red de Defensoras del Volcán", "Tejedoras del Maíz", "Colectiva Las Ceibas"
    await case.open_sign_on()
    await answered(case, "red-del-volcan")
    for slug, visibility in (
        ("tejedoras-del-maiz", SignatureVisibility.WITHHELD),
        ("colectiva-las-ceibas", SignatureVisibility.AUTHORITIES),
    ):
        await answered(case, slug, SIGNED._replace(visibility=visibility))
    await run(mailing(case.database, email), await case.batch())
    readers = Counter(message["to"][0] for message in mailbox.messages())
    assert readers[PROSECUTOR] == 1
    assert readers.total() > 5
    for message in mailbox.messages():
        (address,) = message["to"]
        assert named in whole(message)
        assert hidden not in whole(message)
        assert (authorities in whole(message)) == (address == PROSECUTOR)
        (unnamed,) = re.findall(r"^- (\d+) organi[sz]a", message["text"], re.MULTILINE)
        assert unnamed == ("1" if address == PROSECUTOR else "2")
