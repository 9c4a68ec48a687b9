"""The judge finds what a broken engine would send: each control takes a protection away, and then sins."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from models.messages import DispatchRequest, Purpose
from security.leak_guard import LeakGuard
from storage import actions, documents
from storage.gate import CHECKS
from tests.integration.gate_without import claim_by, hand_over_by, without_anywhere
from tests.integration.machine.changing import RELEASED, Changing
from tests.integration.machine.machine import Tally
from tests.integration.machine.model import (
    AUTHORITIES,
    CONSENT,
    FACTS,
    MECHANISMS,
    NAMED,
    PSEUDONYM,
    PUBLIC,
    USES,
    Story,
)
from tests.integration.machine.plans import DIRECT, CasePlan, ConsentPlan, Leak, PersonPlan
from tests.integration.machine.verifying import Verifying
from tests.integration.machine.world import VERIFIERS
from workflows.addresses import CASE_QUEUE, distribution_workflow_id
from workflows.distribution import DistributionWorkflow

GIVEN = ConsentPlan(given=True, given_by="herself", days=None)
HER = PersonPlan(who=0, visibility=NAMED, consents=dict.fromkeys(USES, GIVEN))
PLAN = CasePlan(
    urgency="urgent",
    languages=("es",),
    people=(HER,),
    sources=(DIRECT, "organisation"),
    offices={"authority": "es", "mechanism": "es"},
    audiences=frozenset({"targets", "press"}),
    partners=(),
    quorum=1,
    release="by_hand",
    closes_after="PT2H",
    expires_after="PT2H",
    check_ins=False,
    leak=None,
)
BEHIND_A_PSEUDONYM = replace(PLAN, people=(replace(HER, visibility=PSEUDONYM),))
HER_NAME_IN_IT = Leak(person=0, what="name", disguise="plain", place="body")


class People(Verifying, Changing):
    """All that people do, at our word."""

    def hand_in_now(self, plan: CasePlan) -> Story:
        self.step(self._hand_in(plan, "ana"))
        return self.story(0)

    async def release_now(self, story: Story) -> None:
        await self._decide(story, story.now.author, "release")

    async def release_attested(self, story: Story) -> None:
        await self.stand_behind_newest(story)
        await self.release_now(story)

    async def release_half_attested(self, story: Story) -> None:
        await self.attest_version(story, VERIFIERS[0], -1, {FACTS, CONSENT, "text:es"})
        await self.attest_version(story, VERIFIERS[1], -1, {FACTS})
        await self.release_now(story)

    async def release_in_spanish(self, story: Story) -> None:
        for who in VERIFIERS[:2]:
            await self.attest_version(story, who, -1, {FACTS, CONSENT, "text:es"})
        await self.release_now(story)
        await self.settle()

    async def hear_that_she_is_free(self, story: Story) -> None:
        await self.report(
            story, story.now.author, 0, {"change": RELEASED, "demands": "changed"}, fills_in=True
        )

    async def take_back(self, story: Story, use: str) -> None:
        await self._revoke(story, story.now.author, 0, use)


Act = Callable[[People, Story], Coroutine[Any, Any, None]]


def released_without(use: str) -> Act:
    async def act(people: People, story: Story) -> None:
        await people.stand_behind_newest(story)
        await people.take_back(story, use)
        await people.release_now(story)

    return act


async def released_behind_a_fact(people: People, story: Story) -> None:
    """Have a workflow that knows of no fact send what was written before it, in another language."""
    await people.release_in_spanish(story)
    await people.hear_that_she_is_free(story)
    await people.ask_everybody(story, story.now.author)
    for who in VERIFIERS[:2]:
        await people.attest_version(story, who, 0, None)
    async with people.world.database.transaction() as session:
        action = await actions.action_by_reference(session, story.now.reference)
        assert action
        old = (await documents.current_versions(session, action.id))[0].ref(action)
    late = DispatchRequest(document=old, purpose=Purpose.STATEMENT, round=2)
    await people.world.temporal.execute_workflow(
        DistributionWorkflow.run, late, id=distribution_workflow_id(late), task_queue=CASE_QUEUE
    )


async def released_unasked(people: People, story: Story) -> None:
    """Let what replaces old demands go out before whoever decides was asked."""
    await people.release_in_spanish(story)
    await people.hear_that_she_is_free(story)
    await people.release_attested(story)


class Sin(NamedTuple):
    """What of the gate is taken away, what is done then, and how the judge complains."""

    without: tuple[str, ...]
    act: Act
    complaint: str
    plan: CasePlan = PLAN
    guarded: bool = True
    """Whether the leak guard still reads: it would find some of it, too."""


SINS = {
    "too few sources": Sin(
        without=("sources",),
        plan=replace(PLAN, sources=("media",)),
        act=People.release_attested,
        complaint="its sources are too few",
    ),
    "too few attestations": Sin(
        without=("attested",),
        act=People.release_half_attested,
        complaint="it is attested by too few others",
    ),
    "not to be named in public": Sin(
        without=("consent of the public",),
        act=released_without(PUBLIC),
        complaint="Luna does not allow to be named",
        guarded=False,
    ),
    "not to be named to authorities": Sin(
        without=("consent of authorities",),
        act=released_without(AUTHORITIES),
        complaint="Luna does not allow to be named",
        guarded=False,
    ),
    "not to be submitted": Sin(
        without=("consent of mechanisms",),
        act=released_without(MECHANISMS),
        complaint="Luna does not allow a submission",
    ),
    "old demands": Sin(
        without=("demands stand",),
        plan=replace(PLAN, languages=("es", "en"), offices={"authority": "es", "mechanism": "en"}),
        act=released_behind_a_fact,
        complaint="facts changed since it was written",
    ),
    "not asked anew": Sin(
        without=("asked anew",),
        plan=BEHIND_A_PSEUDONYM,
        act=released_unasked,
        complaint="somebody who decides since a fact changed was not asked",
    ),
    "named in a text": Sin(
        without=(),
        plan=replace(BEHIND_A_PSEUDONYM, leak=HER_NAME_IN_IT),
        act=People.release_attested,
        complaint="it says the name of Luna",
        guarded=False,
    ),
}


def sin(people: People, plan: CasePlan, act: Act) -> None:
    """Hand a case in and act, which must not go unnoticed."""
    story = people.hand_in_now(plan)
    with pytest.raises(AssertionError):
        people.step(act(people, story))


@pytest.mark.parametrize("name", SINS)
def test_what_must_not_leave_is_found(tally: Tally, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    chosen = SINS[name]
    without_anywhere(monkeypatch, *chosen.without)
    if not chosen.guarded:
        monkeypatch.setattr(LeakGuard, "leaks", lambda _self, _text, **_how: ())
    sin(People(), chosen.plan, chosen.act)
    assert chosen.complaint in (tally.wrong or "")


@pytest.mark.parametrize("name", SINS)
def test_it_does_not_leave_while_nothing_is_taken_away(tally: Tally, name: str) -> None:
    chosen = SINS[name]
    people = People()
    people.step(people._hand_in(chosen.plan, "ana"))
    for story in people.stories.values():
        people.step(chosen.act(people, story))
    people.teardown()
    assert tally.wrong is None


def test_a_name_that_authorities_may_no_longer_be_told_is_found(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_by(monkeypatch, CHECKS.values(), "true")
    hand_over_by(monkeypatch, CHECKS.values(), "true")
    monkeypatch.setattr(LeakGuard, "leaks", lambda _self, _text, **_how: ())
    sin(People(), BEHIND_A_PSEUDONYM, released_without(AUTHORITIES))
    assert "it says the name of Luna" in (tally.wrong or "")


def test_a_partner_that_declined_may_read_and_sign_after_all(tally: Tally) -> None:
    people = People()
    story = people.hand_in_now(replace(PLAN, partners=("tejedoras",)))
    people.step(people._gather(story, "decline"))
    assert story.now.signed == {"tejedoras": ""}
    people.step(people._gather(story, "sign"))
    assert story.now.signed == {"tejedoras": story.now.documents[0].newest.digest}
    people.teardown()
    assert tally.wrong is None
