"""What is written on a partner's page becomes mails to single people, by real SMTP."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.email import EmailChannel
from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Purpose
from models.proposals import ProposalState
from security.tokens import token_hash
from storage import claims, decisions, freezing, outbox, personal, proposals, sign_links
from storage.database import Database
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import EVERYTHING, Case, execute, make_case
from tests.integration.proposals import APPROVER, approver_link, proposed, wanted, wanted_purposes
from tests.integration.questions import ANSWER, WORDS, answer, asked
from tests.integration.senders import mailing, run
from tests.integration.sign_links import answered, opened, sign_link

LINK = re.compile(r"https://red\.example/s/([\w-]{43})")


@pytest.fixture
async def case(database: Database) -> Case:
    made = await make_case(database)
    await made.open_sign_on()
    return made


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=2)
    yield channel
    await channel.close()


async def frozen(case: Case) -> Batch:
    """Freeze the one round that waits."""
    (request,) = await wanted(case)
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        (batch,) = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    return batch


async def sent(case: Case, email: EmailChannel, mailbox: LocalMailbox) -> dict[str, Any]:
    """Send the one round that waits, and return its one mail."""
    assert (await run(mailing(case.database, email), await frozen(case))).sent == 1
    message: dict[str, Any] = mailbox.messages()[-1]
    return message


async def test_an_approver_gets_the_statement_and_a_link_that_opens_her_own_page(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    proposal = await proposed(case)
    message = await sent(case, email, mailbox)
    assert message["to"] == [APPROVER]
    assert "Amparo Ficticia Ruiz le pide confirmar que Casa de las Mujeres El Manantial" in message["text"]
    assert "Santa Brígida" in message["text"]
    async with opened(case, LINK.findall(message["text"])[0]) as (_, link):
        assert link.proposal
        assert link.proposal.id == proposal.id
    assert await wanted(case) == ()


async def test_a_proposal_that_was_taken_back_is_not_sent(case: Case) -> None:
    await proposed(case)
    batch = await frozen(case)
    async with opened(case, await sign_link(case, "casa-manantial")) as (session, link):
        (proposal,) = await proposals.proposals_of(session, link.invitation.id)
        await proposals.end(session, link.action.id, proposal, ProposalState.TAKEN_BACK, "Ana")
    assert await case.claim(batch) == []
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)
    assert await case.states(batch) == [DeliveryState.CANCELLED]
    assert await wanted(case) == ()


async def test_an_answer_of_the_contact_keeps_the_request_from_being_sent(case: Case) -> None:
    await proposed(case)
    batch = await frozen(case)
    await answered(case, "casa-manantial")
    assert await case.claim(batch) == []


async def test_what_a_changed_text_cancelled_is_asked_again(case: Case) -> None:
    await proposed(case)
    batch = await frozen(case)
    refused = "UPDATE delivery SET state = 'cancelled', failure = 'not_permitted' WHERE dispatch_id = :id"
    await execute(case.database, refused, id=batch.dispatch_id)
    assert await wanted_purposes(case) == [(Purpose.APPROVAL_REQUEST, 2)]


async def test_what_the_leak_guard_parked_is_not_sent_again_before_the_text_has_changed(case: Case) -> None:
    await proposed(case)
    batch = await frozen(case)
    parked = "UPDATE delivery SET state = 'parked' WHERE dispatch_id = :id"
    await execute(case.database, parked, id=batch.dispatch_id)
    assert await wanted(case) == ()


async def test_who_was_asked_to_confirm_is_told_of_a_stop(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    await proposed(case)
    await sent(case, email, mailbox)
    await case.decide(Decision.STOP)
    assert await wanted(case) == ()
    async with case.database.transaction() as session:
        assert await decisions.languages_reached(session, case.action.id) == ["es"]


async def test_the_coordinator_is_told_that_a_question_waits_and_nothing_of_it(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    await asked(case)
    message = await sent(case, email, mailbox)
    (author,) = await execute(
        case.database, "SELECT email FROM person WHERE id = :id", id=case.action.author_id
    )
    assert message["to"] == [author.email]
    for part in (message["subject"], message["text"], message["html"]):
        assert WORDS not in part
        assert "Manantial" not in part
    assert f"starter.py questions list {case.action.reference}" in message["text"]


async def test_questions_that_wait_together_are_one_mail_and_a_later_one_is_another(case: Case) -> None:
    await asked(case)
    await asked(case, "red-del-volcan")
    assert await wanted_purposes(case) == [(Purpose.QUESTION, 1)]
    assert len(await case.claim(await frozen(case))) == 1
    assert await wanted(case) == ()
    await asked(case, words="¿Y la traducción?")
    assert await wanted_purposes(case) == [(Purpose.QUESTION, 2)]


async def test_a_question_that_was_answered_meanwhile_needs_no_mail_and_holds_up_no_later_one(
    case: Case,
) -> None:
    first = await asked(case)
    batch = await frozen(case)
    await answer(case, first)
    assert await case.claim(batch) == []
    await asked(case, words="¿Y la traducción?")
    assert (Purpose.QUESTION, 2) in await wanted_purposes(case)


async def test_the_contact_is_told_that_an_answer_waits_with_a_fresh_link_and_nothing_of_it(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    question = await asked(case)
    await sent(case, email, mailbox)
    await answer(case, question)
    message = await sent(case, email, mailbox)
    assert message["to"] == ["amparo@manantial.example"]
    for part in (message["subject"], message["text"], message["html"]):
        assert WORDS not in part
        assert ANSWER not in part
    (token,) = set(LINK.findall(message["text"]))
    async with case.database.transaction() as session:
        link = await sign_links.opened_link(session, token_hash(token))
    assert link
    assert link.invitation.id == question.invitation_id
    assert link.proposal is None


async def test_on_hold_word_of_an_answer_waits(case: Case) -> None:
    question = await asked(case)
    await frozen(case)
    await answer(case, question)
    batch = await frozen(case)
    await case.decide(Decision.HOLD)
    assert await case.claim(batch) == []
    assert await case.states(batch) == [DeliveryState.READY]
    await case.decide(Decision.RESUME)
    assert len(await case.claim(batch)) == 1


async def test_a_question_is_no_answer_and_reminders_go_on(case: Case) -> None:
    await asked(case)
    batch = await case.batch(Purpose.INVITATION)
    await case.claim(batch)
    invited = {one.address for one in await case.deliveries(batch)}
    assert "amparo@manantial.example" in invited


async def readdressed(case: Case) -> None:
    """Give a partner another registered address, as an import does."""
    change = """
        INSERT INTO registered_address_change
            (id, partner_id, previous_address, previous_fingerprint, changed_at)
        SELECT gen_random_uuid(), id, 'antes@manantial.example', sha256('antes'), now()
        FROM partner WHERE slug = 'casa-manantial'
    """
    await execute(case.database, change)
    async with case.database.transaction() as session:
        await personal.have_former_addresses_told(session)


async def test_the_registered_address_before_is_told_by_the_newest_action_that_can_carry_it(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    newer = await make_case(case.database)
    await newer.open_sign_on()
    await execute(case.database, "UPDATE pending_nudge SET delivered = requested")
    await readdressed(case)
    assert await wanted(case) == ()
    nudged = "SELECT action_id FROM pending_nudge WHERE addressee = 'action' AND requested > delivered"
    assert await execute(case.database, nudged) == [(newer.action.id,)]
    message = await sent(newer, email, mailbox)
    assert message["to"] == ["antes@manantial.example"]
    assert "Casa de las Mujeres El Manantial" in message["text"]
    assert newer.action.reference not in message["text"] + message["subject"]
    assert await wanted(newer) == ()


async def test_word_of_another_address_that_a_stop_cancelled_goes_with_another_action(case: Case) -> None:
    newer = await make_case(case.database)
    await newer.open_sign_on()
    await readdressed(case)
    batch = await frozen(newer)
    await newer.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await claims.finish_batch(session, batch)
    assert await wanted_purposes(case) == [(Purpose.ADDRESS_CHANGED, 1)]


async def declined(case: Case) -> None:
    """Have an approver say no."""
    proposal = await proposed(case)
    async with opened(case, await approver_link(case, proposal)) as (session, link):
        assert link.proposal
        await proposals.decline(session, link.action.id, link.document.id, link.proposal, "Zoraida")


async def test_a_contact_is_told_that_nobody_confirmed_and_gets_a_link(
    case: Case, email: EmailChannel, mailbox: LocalMailbox
) -> None:
    await declined(case)
    assert await wanted_purposes(case) == [(Purpose.APPROVAL_DECLINED, 1)]
    message = await sent(case, email, mailbox)
    assert message["to"] == ["amparo@manantial.example"]
    assert "la firma no fue confirmada" in message["subject"]
    for hidden in ("Zoraida", "Santa Brígida", APPROVER):
        assert hidden not in message["text"]
    async with opened(case, LINK.findall(message["text"])[0]) as (_, link):
        assert link.proposal is None
        assert link.may_sign
    assert await wanted(case) == ()


async def test_who_has_answered_since_is_not_told_that_nobody_confirmed(case: Case) -> None:
    await declined(case)
    await answered(case, "casa-manantial")
    assert await wanted(case) == ()


async def test_a_second_no_is_told_too(case: Case) -> None:
    await declined(case)
    await frozen(case)
    await declined(case)
    assert await wanted_purposes(case) == [(Purpose.APPROVAL_DECLINED, 2)]
