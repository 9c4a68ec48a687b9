"""Rules of handing in, attesting and approving, and of partners who sign."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.integration.machine import cast
from tests.integration.machine.fold import readings_of
from tests.integration.machine.handing_in import case_known, case_tree, texts_of
from tests.integration.machine.inbox import INDEX, PAGE, Message
from tests.integration.machine.judge import wrongs_of_page
from tests.integration.machine.machine import MOST_CASES
from tests.integration.machine.model import CONSENT, FACTS, Case, Era, Story
from tests.integration.machine.plans import CasePlan, cases
from tests.integration.machine.standing import (
    Standing,
    anybody,
    chosen_document,
    coordinator,
    in_a_case,
    which,
)
from tests.integration.web.sign_visits import FILLED_IN, FROM_THE_PAGE, hidden_fields
from tests.integration.web.site import PUBLIC_URL

_SHOWN_LANGUAGE = re.compile(r"zz[bcdfghjk]{7}(es|en)")


class Verifying(Standing):
    """How a case comes to stand."""

    @initialize(plan=cases(), who=coordinator)
    def begin(self, plan: CasePlan, who: str) -> None:
        self.step(self._hand_in(replace(plan, leak=None), who))

    @precondition(lambda self: len(self.stories) < MOST_CASES)
    @rule(plan=cases(), who=coordinator)
    def hand_in(self, plan: CasePlan, who: str) -> None:
        self.step(self._hand_in(plan, who))

    @in_a_case
    @rule(
        which=which,
        who=anybody,
        document=st.integers(0, 3),
        stale=st.integers(0, 9),
        confirms=st.one_of(
            st.none(), st.none(), st.sets(st.sampled_from([FACTS, CONSENT, "text:es", "text:en"]))
        ),
    )
    def attest(self, which: int, who: str, document: int, stale: int, confirms: set[str] | None) -> None:
        self.step(self.attest_version(self.story(which), who, document, confirms, stale=stale == 0))

    @in_a_case
    @rule(which=which)
    def stand_behind(self, which: int) -> None:
        self.step(self.stand_behind_newest(self.story(which)))

    @in_a_case
    @rule(which=which, who=anybody, document=st.integers(0, 3), language=st.sampled_from(cast.LANGUAGES))
    def approve(self, which: int, who: str, document: int, language: str) -> None:
        self.step(self._approve(self.story(which), who, document, language))

    @in_a_case
    @rule(
        which=which, partner=st.sampled_from(cast.SLUGS), answer=st.sampled_from(["sign", "sign", "decline"])
    )
    def answer_an_invitation(self, which: int, partner: str, answer: str) -> None:
        self.step(self._answer(self.story(which), partner, answer))

    @in_a_case
    @rule(which=which, answer=st.sampled_from(["sign", "sign", "decline"]))
    def gather_signatures(self, which: int, answer: str) -> None:
        """Complete what a case lacks, so that its partners are asked, and have all of them answer."""
        self.step(self._gather(self.story(which), answer))

    async def _gather(self, story: Story, answer: str) -> None:
        who = story.now.author
        if not story.now.has_sources():
            await self.add_sources(story, who)
        await self.ask_everybody(story, who)
        await self.stand_behind_newest(story)
        await self.settle()
        for partner in story.now.partners:
            await self._answer(story, partner, answer)

    async def _hand_in(self, plan: CasePlan, who: str) -> None:
        texts = texts_of(plan)
        answer = await self.call(who, "POST", "/actions", case_tree(plan, texts))
        if not answer.took_effect:
            return
        case = case_known(plan, texts, answer.tree["reference"], who)
        assert answer.tree["document"]["digest"] == case.documents[0].newest.digest
        self.begin_story(Story([Era(case, answer.asked_at)]))

    async def _approve(self, story: Story, who: str, document: int, language: str) -> None:
        chosen = chosen_document(story.now, document)
        path = f"documents/{chosen.number}/versions/{chosen.newest.number}/approvals"
        digest = chosen.newest.digest
        body = {"language": language, "digest": digest}
        await self.post(story, who, path, body, partial(_confirm_in, who, chosen.number, f"text:{language}"))

    async def _answer(self, story: Story, partner: str, answer: str) -> None:
        address = cast.PARTNERS[partner]
        link = story.invitations.get(address, "")
        if not link:
            return
        page = await self.world.browser.get(link.removeprefix(PUBLIC_URL), follow_redirects=True)
        self._judge_page(page.text, address, story)
        fields, asked_at = hidden_fields(page), datetime.now(UTC)
        filled = {**FILLED_IN, **fields, "answer": answer}
        told = await self.world.browser.post(page.url, data=filled, headers=FROM_THE_PAGE)
        digest = fields.get("digest", "")
        self._judge_page(told.text, address, story)
        recorded = {hidden_fields(told, form).get("follows") for form in ("answer", "withdraw")} - {None}
        counted = told.is_success and bool(recorded) and fields.get("follows") not in recorded
        self.log.append(f"{partner} answers {answer} to {story.now.reference}: {counted}")
        if counted:
            signed = digest if answer == "sign" else ""
            story.change(asked_at, datetime.now(UTC), partial(_sign, partner, signed))

    def _judge_page(self, page: str, address: str, story: Story) -> None:
        index, language = INDEX.search(page), _SHOWN_LANGUAGE.search(page)
        message = Message(
            channel=PAGE,
            to=address,
            title=f"Invitation to sign {index.group() if index else ''}: ",
            parts=tuple(readings_of(page)),
            language=language.group(1) if language else "es",
            received_at=datetime.now(UTC),
        )
        self.tally.messages["page"] += 1
        found = wrongs_of_page(message, story, asks='id="answer"' in page)
        if found:
            self.complain(f"The page of {address} was wrong: {found}", message.parts[1])


def _confirm_in(who: str, number: int, what: str, case: Case) -> None:
    document = next(one for one in case.documents if one.number == number)
    document.newest.confirmed.add((who.removesuffix(" again"), what))


def _sign(partner: str, digest: str, case: Case) -> None:
    case.signed[partner] = digest
