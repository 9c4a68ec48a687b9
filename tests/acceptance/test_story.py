"""One urgent action from its intake to its end, as its people live through it."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from local.postgres import EmbeddedPostgres
from models.anchors import Anchor
from models.audit import ChainedEvent, ChainHead, breaks_of, contradiction
from models.messages import Purpose
from tests.acceptance.cases import TARGETS, example_contacts, example_partners
from tests.acceptance.network import COORDINATOR, Network, keys_by_command, network
from tests.acceptance.people import SIGNER
from tests.factories import case_tree
from tests.integration.audit_trails import told_states

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

SIGNED_AT_ONCE = ("amparo@manantial.example", "enlace@tejedoras.example", "urgent@northernlights.example")
DECLINED = "dunia@lasceibas.example"
SIGNED_WHEN_REMINDED = "urgente@reddelvolcan.example"
NEVER_ANSWERED = "wanjiru@riversisters.example"
WITHHELD = "Northern Lights Women's Fund"
SIGNATORY = re.compile(r"^- ([^,:\n]+), \w", re.MULTILINE)
UNNAMED = {
    "es": "1 organización que firma sin publicar su nombre",
    "en": "1 organisation that signs without being named",
}
WITHOUT_TEXT = {"alarm", "check-in", "receipt"}
ALL_KINDS = {"alarm", "invitation", "reminder", "statement", "receipt", "check-in"}
LONGEST_ANCHORING_SECONDS = 30
EXPIRES_AFTER = timedelta(seconds=15)


@dataclass(frozen=True)
class Story:
    """An action that came to its end, and the network that carried it."""

    reference: str
    network: Network

    async def copies(self, kind: str) -> Counter[str]:
        return await self.network.mailbox.copies(self.reference, kind)

    async def action(self) -> dict[str, Any]:
        return await self.network.coordinator.action(self.reference)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """Carry the demo's case through, with keys that the operator made by her command."""
    async with AsyncExitStack() as stack:
        data = tmp_path_factory.mktemp("story")
        running = await stack.enter_async_context(network(data, server, "story", {}, keys_by_command))
        tree = case_tree()
        tree["sign_on"] |= {"quorum": 4, "closes_after": "PT60S", "remind_after": ["PT8S"]}
        tree["follow_up"] = {"expires_after": "PT15S", "check_ins": ["PT1S", "PT2S"]}
        await running.coordinator.import_partners(example_partners(running.providers.url))
        await running.coordinator.import_contacts(example_contacts())
        reference = await running.attested(tree)
        await _partners_answer(running, reference)
        await running.coordinator.reaches(reference, "closed", seconds=180)
        yield Story(reference, running)


async def _partners_answer(network: Network, reference: str) -> None:
    partners = network.partners
    for address in SIGNED_AT_ONCE:
        visibility = "withheld" if "northernlights" in address else "public"
        await partners.answer(await partners.link(reference, address), visibility=visibility)
    await partners.answer(await partners.link(reference, DECLINED), answer="decline")
    await partners.answer(await partners.link(reference, SIGNED_WHEN_REMINDED, "reminder"))


async def test_an_action_goes_through_its_phases_in_order(story: Story) -> None:
    events = await story.network.coordinator.events(story.reference)
    phases = [one["detail"]["phase"] for one in events if one["kind"] == "phase_changed"]
    assert phases == ["verifying", "signing", "releasing", "following_up", "closed"]
    told = [one["kind"] for one in events]
    assert (told[0], told.count("attested"), told.count("signed"), told.count("declined")) == (
        "received",
        2,
        4,
        1,
    )


async def test_an_action_closes_when_it_expires(story: Story) -> None:
    action = await story.action()
    released, closed = (datetime.fromisoformat(action[moment]) for moment in ("released_at", "closed_at"))
    assert closed - released >= EXPIRES_AFTER


async def test_each_partner_is_invited_once_and_only_those_who_have_not_answered_are_reminded(
    story: Story,
) -> None:
    invited = [*SIGNED_AT_ONCE, DECLINED, SIGNED_WHEN_REMINDED, NEVER_ANSWERED]
    assert await story.copies("invitation") == Counter(invited)
    assert await story.copies("reminder") == Counter([SIGNED_WHEN_REMINDED, NEVER_ANSWERED])


async def test_everybody_who_is_addressed_gets_the_statement_once(story: Story) -> None:
    ways = [one["channels"][0] for one in example_contacts()]
    mails = [way["value"] for way in ways if way["channel"] == "email"]
    texts = [way["value"].replace(" ", "") for way in ways if way["channel"] == "sms"]
    by_mail = Counter([*TARGETS, SIGNED_AT_ONCE[0], SIGNED_WHEN_REMINDED, *mails])
    assert await story.copies("statement") == by_mail
    assert await story.network.providers.texts(story.reference) == Counter(texts)
    systems = await story.network.providers.documents(story.reference)
    assert systems == Counter(["tejedoras-del-maiz", "northern-lights-fund"])


async def test_the_coordinator_alone_is_asked_for_news(story: Story) -> None:
    check_ins = [one for one in await story.network.mailbox.mails(story.reference) if one.kind == "check-in"]
    asked = [(one.to, one.subject.partition(",")[0]) for one in check_ins]
    both = [(COORDINATOR, f"{story.reference}: seguimiento {number}") for number in (1, 2)]
    assert asked in (both, both[1:]), "the first may have become one with the second on a busy machine"


async def test_nothing_else_was_sent(story: Story) -> None:
    mails = await story.network.mailbox.mails()
    assert {one.kind for one in mails} == ALL_KINDS
    assert [one.subject for one in mails if story.reference not in one.subject] == []
    states = {
        (one["purpose"], state)
        for one in (await story.action())["dispatches"]
        for counts in one["channels"].values()
        for state in counts
    }
    assert {one for one in states if one[1] != "sent"} == set()


async def test_everybody_reads_her_own_language(story: Story) -> None:
    languages = {one["contacts"][0]["email"]: one["contacts"][0]["language"] for one in _partners(story)}
    for contact in example_contacts():
        languages[contact["channels"][0]["value"]] = contact["languages"][0]
    languages |= {"ines@amigas.example": "es", TARGETS[0]: "es", TARGETS[1]: "es", TARGETS[2]: "en"}
    arrived = await story.network.mailbox.mails(story.reference)
    mails = [one for one in arrived if one.kind not in WITHOUT_TEXT]
    phrases = {"es": "guardianas del manantial", "en": "guardians of the Santa Brígida spring"}
    for mail in mails:
        assert mail.language == languages[mail.to]
        assert phrases[mail.language] in mail.subject
        assert phrases[mail.language] in mail.text
        assert f'<html lang="{mail.language}"' in mail.html


async def test_a_text_to_a_phone_is_in_its_owners_language(story: Story) -> None:
    received = await story.network.providers.received("sms", story.reference)
    texts = {one["content"]["to"]: one["content"]["text"] for one in received}
    assert "acción urgente" in texts["+12025550112"]
    assert "urgent action" in texts["+12025550115"]


async def test_the_statement_names_who_signed_in_public_and_counts_who_did_not(story: Story) -> None:
    statements = [one for one in await story.network.mailbox.mails() if one.kind == "statement"]
    public = {"Casa de las Mujeres El Manantial", "Tejedoras del Maíz", "Red de Defensoras del Volcán"}
    for mail in statements:
        assert set(SIGNATORY.findall(mail.text)) == public
        assert UNNAMED[mail.language] in mail.text
        assert WITHHELD not in mail.text
        assert SIGNER not in mail.text


async def test_what_a_partner_s_system_gets_carries_the_partner_s_signature(story: Story) -> None:
    digest = (await story.action())["document"]["digest"]
    secrets = {one["id"]: one["api"]["secret"] for one in _partners(story) if "api" in one}
    received = await story.network.providers.received("partner_api", story.reference)
    for one in received:
        content = Webhook(secrets[one["partner_id"]]).verify(one["body"], one["headers"])
        assert content["data"]["digest"] == digest
    assert len(received) == 2


async def test_a_link_that_was_used_shows_the_answer_and_takes_no_other(story: Story) -> None:
    partners = story.network.partners
    link = await partners.link(story.reference, DECLINED)
    page = (await partners.page(link)).text
    assert "Colectiva Las Ceibas no firma" in page
    assert "<form" not in page
    unused = (await partners.page(await partners.link(story.reference, NEVER_ANSWERED))).text
    assert "<form" not in unused


async def test_the_audit_trail_is_whole_anchored_and_tells_the_end_of_every_message(story: Story) -> None:
    coordinator, reference = story.network.coordinator, story.reference
    async with asyncio.timeout(LONGEST_ANCHORING_SECONDS):
        pages = await coordinator.trail(reference)
        while pages[-1]["anchors"][-1]["number"] < pages[-1]["length"]:
            await asyncio.sleep(0.2)
            pages = await coordinator.trail(reference)
    events = [
        ChainedEvent(action_id=page["action_id"], **event) for page in pages for event in page["events"]
    ]
    assert breaks_of(events, ChainHead(pages[-1]["length"], pages[-1]["head"])) == []
    anchors = [Anchor(**anchor) for page in pages for anchor in page["anchors"]]
    assert anchors[-1].number == events[-1].number
    by_number = {event.number: event for event in events}
    assert [contradiction(by_number, len(events), events[0].action_id, one) for one in anchors] == [
        None
    ] * len(anchors)
    deliveries = [one for purpose in Purpose for one in await coordinator.deliveries(reference, purpose)]
    assert told_states(events) == {one["id"]: one["state"] for one in deliveries}
    assert len(deliveries) > 20


def _partners(story: Story) -> list[dict[str, Any]]:
    return example_partners(story.network.providers.url)
