"""Rules of what people decide about a case, and of time that passes."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.integration.machine.machine import stop
from tests.integration.machine.model import AtRisk, Case, Story
from tests.integration.machine.standing import Standing, anybody, coordinator, in_a_case, which
from tests.integration.outbox_cases import execute

_OBJECTION = {"reason": "Falta una segunda fuente."}
_EXPIRE = """
    UPDATE consent SET valid_until = current_date - 1
    FROM person_at_risk AS person JOIN urgent_action AS action ON action.id = person.action_id
    WHERE person.id = person_at_risk_id AND action.reference = :reference
      AND person.position = :position AND valid_until IS NOT NULL
"""


class Deciding(Standing):
    """Decisions, most of them refused at most times."""

    @in_a_case
    @rule(which=which, ask=st.booleans())
    def carry_out(self, which: int, *, ask: bool) -> None:
        """Complete what a case lacks, as far as people can, and release it."""
        self.step(self.carry_through(self.story(which), ask=ask))

    @in_a_case
    @rule(which=which, who=coordinator)
    def release(self, which: int, who: str) -> None:
        self.step(self._decide(self.story(which), who, "release"))

    @in_a_case
    @rule(
        which=which,
        who=anybody,
        decision=st.sampled_from(["hold", "resume", "resume", "complete", "stop", "withdraw", "close"]),
    )
    def decide(self, which: int, who: str, decision: str) -> None:
        self.step(self._decide(self.story(which), who, decision))

    @in_a_case
    @rule(which=which, who=anybody, decision=st.sampled_from(["return", "return", "return", "reject"]))
    def object_to(self, which: int, who: str, decision: str) -> None:
        self.step(self._decide(self.story(which), who, decision))

    @in_a_case
    @rule(
        which=which,
        first=st.sampled_from(["carry_out", "release", "resume"]),
        then=st.sampled_from(["hold", "stop", "withdraw", "revoke"]),
        delay_ms=st.integers(0, 150),
    )
    def restrict_what_begins(self, which: int, first: str, then: str, delay_ms: int) -> None:
        """Restrict a case while it begins to go out."""
        self.step(self._race(self.story(which), first, then, delay_ms / 1000))

    @in_a_case
    @rule(
        which=which,
        who=anybody,
        person=st.one_of(st.just("all"), st.integers(0, 2)),
        use=st.sampled_from(["all", "name_in_public", "name_to_authorities", "mechanisms"]),
    )
    def revoke(self, which: int, who: str, person: int | str, use: str) -> None:
        self.step(self._revoke(self.story(which), who, person, use))

    @in_a_case
    @rule(which=which, person=st.integers(0, 2))
    def consents_run_out(self, which: int, person: int) -> None:
        self.step(self._expire(self.story(which), person))

    @in_a_case
    @rule(seconds=st.sampled_from([0.1, 1.1]))
    def time_passes(self, seconds: float) -> None:
        self.log.append(f"{seconds} s pass")
        self.step(asyncio.sleep(seconds))

    async def carry_through(self, story: Story, *, ask: bool) -> None:
        """Complete what a case lacks, as far as people can, and release it."""
        who = story.now.author
        if story.now.held:
            await self._decide(story, who, "resume")
        if story.now.returned:
            await self._decide(story, who, "complete")
        if not story.now.has_sources():
            await self.add_sources(story, who)
        if ask:
            await self.ask_everybody(story, who)
        await self.stand_behind_newest(story)
        await self._decide(story, who, "release")

    async def _decide(self, story: Story, who: str, decision: str) -> None:
        body = _OBJECTION if decision in {"return", "reject"} else None
        if decision == "close":
            answer = await self.call(who, "POST", f"/actions/{story.now.reference}/close")
            if answer.took_effect:
                self.close_when_quiet(story, answer)
            return
        answer = await self.post(story, who, decision, body, _EFFECTS[decision])
        if decision == "release" and answer.response.status_code == 503:
            self.touched(story, answer, _release)
        if answer.took_effect and decision in {"stop", "withdraw"}:
            await self.learn_notice(story, who)

    async def _race(self, story: Story, first: str, then: str, delay: float) -> None:
        who = story.now.author
        if first == "carry_out":
            await self.stand_behind_newest(story)
        beginning = asyncio.create_task(
            self._decide(story, who, "release" if first == "carry_out" else first)
        )
        await asyncio.sleep(delay)
        if then == "revoke":
            await self._revoke(story, who, "all", "all")
        else:
            await self._decide(story, who, then)
        await beginning

    async def _revoke(self, story: Story, who: str, person: int | str, use: str) -> None:
        chosen = person % len(story.now.people) if isinstance(person, int) else person

        def revoke(case: Case) -> None:
            people = case.people if isinstance(chosen, str) else [case.people[chosen]]
            _take_back(people, use)

        await self.post(story, who, "consents/revocations", {"person": chosen, "use": use}, revoke)

    async def _expire(self, story: Story, person: int) -> None:
        position = person % len(story.now.people)
        asked_at = datetime.now(UTC)
        await execute(self.world.database, _EXPIRE, reference=story.now.reference, position=position)

        def expire(case: Case) -> None:
            for consent in case.people[position].consents.values():
                if consent.until is not None:
                    consent.until = datetime.now(UTC).date() - timedelta(days=1)

        story.change(asked_at, datetime.now(UTC), expire)
        self.log.append(f"consents of person {position} of {story.now.reference} run out")


def _take_back(people: list[AtRisk], use: str) -> None:
    for person in people:
        for known, consent in person.consents.items():
            if use in {"all", known}:
                consent.revoked = True


def _hold(case: Case) -> None:
    case.held = True


def _resume(case: Case) -> None:
    case.held = False


def _complete(case: Case) -> None:
    case.returned = False


def _return(case: Case) -> None:
    case.returned = True


def _reject(case: Case) -> None:
    case.rejected = True


def _release(case: Case) -> None:
    case.released = True


def _withdraw(case: Case) -> None:
    stop(case)
    case.withdrawn = True
    _take_back(case.people, "all")


_EFFECTS = {
    "hold": _hold,
    "resume": _resume,
    "complete": _complete,
    "return": _return,
    "reject": _reject,
    "release": _release,
    "stop": stop,
    "withdraw": _withdraw,
}
