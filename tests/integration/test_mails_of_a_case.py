"""Mails of a case by real SMTP: each follows the one before it, lists can be left, letters go with them."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from activities.attaching import LetterAttachments
from activities.drafts import Draft
from activities.leak_watch import LeakWatch
from activities.verdicts import LeakFoundError
from channels.email import EmailChannel
from models.letters import Letter
from models.lifecycle import Decision
from models.messages import Batch, DeliveryState, Purpose
from security.unsubscribing import UnsubscribeLinks
from storage import claims
from storage.contents import contents_of, recipients_of
from storage.database import Database
from storage.unsubscribing import unsubscribe
from templates.letter.press import LetterPress, PrintedLetter
from tests import factories
from tests.integration.local_servers import LocalMailbox
from tests.integration.notices import approved_notice
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.senders import composer, mailing, run
from tests.integration.sign_links import answered
from tests.unit.templates.letter_examples import on_paper

TARGETS = {"fiscalia.ddhh@estado.example"}
ONE_CLICK = re.compile(r"<(https://red\.example/u/([\w-]{64})\?lang=[a-z]+)>")
SECRET_NAME = "Marisol Ixchel Cuevas"


def attaching(*audiences: str) -> dict[str, Any]:
    tree = factories.case_tree()
    tree["release"]["attach_pdf"] = list(audiences)
    return tree


@pytest.fixture
async def email(mailbox: LocalMailbox) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(mailbox.relay, connections=4)
    yield channel
    await channel.close()


async def sent(
    case: Case, email: EmailChannel, mailbox: LocalMailbox, purpose: Purpose = Purpose.STATEMENT
) -> dict[str, dict[str, Any]]:
    """Send the messages of a purpose, and return them by their recipients."""
    mailbox.forget_messages()
    outcome = await run(mailing(case.database, email), await case.batch(purpose))
    assert outcome.sent
    return {message["to"][0]: message for message in mailbox.messages()}


async def kinds(case: Case) -> dict[str, str]:
    """Map addresses to the kinds of their recipients."""
    query = "SELECT DISTINCT address, recipient_kind FROM delivery WHERE channel = 'email'"
    return dict(map(tuple, await execute(case.database, query)))


async def test_each_mail_of_a_case_answers_the_one_before_it_to_the_same_address(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await make_case(database)
    other = await make_case(database)
    await sent(other, email, mailbox)
    await case.open_sign_on()
    first = await sent(case, email, mailbox)
    assert [one for one in first.values() if {"In-Reply-To", "References"} & set(one["headers"])] == []
    await answered(case, "red-del-volcan")
    second = await sent(case, email, mailbox, Purpose.ADDENDUM)
    assert set(second) == set(first)
    for address, message in second.items():
        assert message["headers"]["In-Reply-To"] == first[address]["message_id"]
        assert message["headers"]["References"] == first[address]["message_id"]
    await case.decide(Decision.STOP)
    async with database.transaction() as session:
        notice = await approved_notice(session, case)
    third = await sent(replace(case, document=notice), email, mailbox, Purpose.STOP_NOTICE)
    assert set(third) == set(first)
    for address, message in third.items():
        before = [first[address]["message_id"], second[address]["message_id"]]
        assert message["headers"]["In-Reply-To"] == before[-1]
        assert message["headers"]["References"].split() == before


async def test_lists_can_be_left_by_one_click_and_nobody_else_stands_on_one(
    database: Database, mailbox: LocalMailbox, email: EmailChannel
) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    await answered(case, "casa-manantial")
    messages = await sent(case, email, mailbox)
    of_kind = await kinds(case)
    assert {"target", "partner", "contact"} <= {of_kind[address] for address in messages}
    seen: set[str] = set()
    for address, message in messages.items():
        headers = {name for name in message["headers"] if name.startswith("List-")}
        if of_kind[address] != "contact":
            assert headers == set()
            assert "/u/" not in message["text"] + message["html"]
            continue
        assert message["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        found = ONE_CLICK.fullmatch(message["headers"]["List-Unsubscribe"])
        assert found
        assert found[1] in message["text"]
        assert f'href="{found[1]}"' in message["html"]
        seen.add(found[2])
    assert len(seen) == list(of_kind.values()).count("contact")


@pytest.mark.parametrize("attached", [("targets",), ("press", "members", "signatories"), ()])
async def test_the_letter_goes_with_the_mails_of_those_for_whom_the_case_asks(
    database: Database, mailbox: LocalMailbox, email: EmailChannel, attached: tuple[str, ...]
) -> None:
    case = await make_case(database, attaching(*attached))
    await case.open_sign_on()
    await answered(case, "casa-manantial")
    messages = await sent(case, email, mailbox)
    of_kind = await kinds(case)
    for address, message in messages.items():
        wanted = ("targets" in attached) == (of_kind[address] == "target") and bool(attached)
        files = message["attachments"]
        assert len(files) == wanted
        for one in files:
            assert re.fullmatch(r"UA-\d{4}-\d{3}-1\.(es|en)\.pdf", one["name"])
            assert one["media_type"] == "application/pdf"
            assert 10_000 < one["bytes"] < 120_000


async def drafts(case: Case, batch: Batch) -> list[Draft]:
    """Claim a batch, and make the drafts that a sender makes of it."""
    claimed = await case.claim(batch)
    async with case.database.transaction() as session:
        contents = await contents_of(session, batch.dispatch_id)
        recipients = await recipients_of(session, claimed)
    return [Draft(one, recipients[one.id], contents) for one in claimed]


async def test_a_target_is_addressed_by_her_letter_and_a_list_gets_the_open_one(database: Database) -> None:
    case = await make_case(database, attaching("targets", "press", "members"))
    composing = composer(database)
    by_kind: dict[str, set[bytes]] = {}
    for draft in await drafts(case, await case.batch()):
        (letter,) = (await composing.email(draft)).attachments
        by_kind.setdefault(f"{draft.delivery.recipient_kind} {draft.delivery.language}", set()).add(
            letter.data
        )
    (fiscal,) = [pdf for pdf in by_kind["target es"] if "Eulalia" in on_paper(pdf)]
    paper = on_paper(fiscal)
    assert "Lic. Eulalia Ejemplo Fiscalía de Derechos Humanos del Estado" in paper
    assert "Señora Fiscal:" in paper
    for pdf in by_kind["contact es"] | by_kind["contact en"]:
        assert "Eulalia" not in on_paper(pdf)
    assert len(by_kind["contact es"]) == len(by_kind["contact en"]) == 1


class _TalkativePress(LetterPress):
    def printed(self, letter: Letter) -> PrintedLetter:
        printed = super().printed(letter)
        return PrintedLetter(printed.pdf, f"{printed.text}\n{self.said}")

    said = ""


@pytest.mark.parametrize(("said", "held"), [("Una frase más.", False), ("name", True)])
async def test_what_stands_on_the_paper_is_read_by_the_leak_guard(
    database: Database,
    said: str,
    held: bool,  # noqa: FBT001 - a case of the table
) -> None:
    case = await make_case(database, attaching("press"))
    watch = LeakWatch(factories.CIPHER)
    hidden = next(one for one in factories.case_tree()["people_at_risk"] if one["visibility"] == "withheld")
    press = _TalkativePress("Red Acuerpa")
    press.said = hidden["name"] if said == "name" else said
    letters = LetterAttachments(press, watch, time_zone="America/Mexico_City")
    (draft, *_) = [one for one in await drafts(case, await case.batch()) if one.recipient.audience == "press"]
    if held:
        with pytest.raises(LeakFoundError):
            await letters.of(draft)
    else:
        assert await letters.of(draft)


async def test_who_left_the_lists_gets_nothing_that_was_not_claimed_yet_nor_of_a_later_case(
    database: Database,
) -> None:
    case = await make_case(database)
    batch = await case.batch()
    contact = next(one for one in await case.deliveries(batch) if one.recipient_kind == "contact")
    links = UnsubscribeLinks(factories.UNSUBSCRIBING_KEY, "https://red.example")
    delivery_id = links.delivery_of(links.token(contact.id))
    assert delivery_id == contact.id
    for _ in range(2):
        async with database.transaction() as session:
            await unsubscribe(session, delivery_id)
    claimed = await case.claim(batch)
    assert claimed
    assert contact.address not in {one.address for one in claimed}
    async with database.transaction() as session:
        await claims.finish_batch(session, batch)
    states = {one.address: one.state for one in await case.deliveries(batch)}
    assert states[contact.address] is DeliveryState.SUPPRESSED
    later = await make_case(database)
    assert contact.address not in {one.address for one in await later.claim(await later.batch())}
    told = "SELECT detail->>'reason' FROM audit_event WHERE kind = 'address_suppressed'"
    assert await execute(database, told) == [("unsubscribed",)]


async def test_an_organisation_is_asked_to_sign_whoever_of_it_left_the_lists(database: Database) -> None:
    case = await make_case(database)
    await case.open_sign_on()
    batch = await case.batch(Purpose.INVITATION)
    invited = (await case.deliveries(batch))[0]
    await execute(
        database,
        "INSERT INTO suppression VALUES (:fingerprint, 'unsubscribed', now())",
        fingerprint=invited.fingerprint,
    )
    assert invited.id in {one.id for one in await case.claim(batch)}
    await execute(database, "UPDATE suppression SET reason = 'no_such_address'")
    await execute(database, "UPDATE delivery SET state = 'ready', claim_id = NULL")
    assert invited.id not in {one.id for one in await case.claim(batch)}


async def test_only_a_member_of_the_lists_can_leave_them(database: Database) -> None:
    case = await make_case(database)
    others = [one for one in await case.deliveries(await case.batch()) if one.recipient_kind != "contact"]
    async with database.transaction() as session:
        for one in others:
            await unsubscribe(session, one.id)
    assert others
    assert await execute(database, "SELECT * FROM suppression") == []
