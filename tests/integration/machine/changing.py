"""Rules of facts that change: what was written before ends, and what replaces it is prepared."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.integration.machine.deciding import Deciding
from tests.integration.machine.model import USES, Case, Document, Story
from tests.integration.machine.standing import coordinator, in_a_case, which
from tests.integration.machine.writing import Writing

RELEASED = "released"
_SOURCE = {"kind": "family", "name": "Amada Invento Supuesta", "received_on": "2026-10-30"}
_FAMILY = {"name": "Amada Invento Supuesta", "relation": "hermana"}
_demands = st.sampled_from(["changed", "changed", "met", "void"])
_changes = st.one_of(
    st.fixed_dictionaries({"change": st.just(RELEASED), "demands": _demands}),
    st.fixed_dictionaries(
        {"change": st.sampled_from(["found_dead", "killed", "disappeared"]), "demands": _demands},
        optional={"family": st.just(_FAMILY)},
    ),
)


class Changing(Writing, Deciding):
    """What becomes of the people of a case."""

    @in_a_case
    @rule(
        which=which,
        who=coordinator,
        person=st.integers(0, 2),
        change=_changes,
        until=st.sampled_from(["told", "filled in", "out"]),
    )
    def facts_change(self, which: int, who: str, person: int, change: dict[str, Any], until: str) -> None:
        """Report what changed, and go on until something takes the place of the old demands, or leave off."""
        story = self.story(which)
        if until == "out":
            self.step(self._replace(story, who, person, change))
        else:
            self.step(self.report(story, who, person, change, fills_in=until == "filled in"))

    async def _replace(self, story: Story, who: str, person: int, change: dict[str, Any]) -> None:
        """Have a case go out, and then what takes its place since a fact changed."""
        await self.carry_through(story, ask=True)
        await self.settle()
        await self.report(story, who, person, change, fills_in=True)
        await self.carry_through(story, ask=True)

    async def report(
        self, story: Story, who: str, person: int, change: dict[str, Any], *, fills_in: bool
    ) -> None:
        """Report what changed for somebody, and fill the draft in that is prepared with it."""
        position = person % len(story.now.people)
        body = {"person": position, "known_on": "2026-10-30", "source": _SOURCE, **change}
        how = partial(_change, position, change["change"])
        answer = await self.post(story, who, "changed-facts", body, how)
        if not answer.took_effect:
            return
        await self._learn_draft(story, who)
        if fills_in:
            await self.write_newest(story, who, None, fewer=False)

    async def _learn_draft(self, story: Story, who: str) -> None:
        """Read what was prepared with a fact: another document, or another version of one that is not out."""
        number = (await self.newest_document(story, who))["number"]
        known = {document.number: document for document in story.now.documents}
        if number in known:
            written = known[number].newest.number + 1
            known[number].replaced = False
            known[number].versions.append(await self.version_as_told(story, who, number, written))
        else:
            draft = await self.version_as_told(story, who, number, 1)
            story.now.documents.append(Document(number, is_notice=False, versions=[draft], guided=True))


def _change(position: int, change: str, case: Case) -> None:
    """Have nothing leave that was written before, and whoever decides now be asked again."""
    person = case.people[position]
    for use in USES:
        if case.is_live(person, use):
            person.consents[use].void = True
    person.is_free = change == RELEASED
    case.sources.append("family")
    case.have_consent_confirmed_again()
    for document in case.documents:
        document.replaced = True
