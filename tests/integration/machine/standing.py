"""What several rules need: who may be chosen, and people who stand behind a case."""

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.integration.machine.machine import Frame
from tests.integration.machine.model import CONSENT, FACTS, USES, Case, Document, Story
from tests.integration.machine.plans import ConsentPlan, consent_known, consent_tree
from tests.integration.machine.world import COORDINATORS, KEYS, VERIFIERS

which = st.integers(0, 5)
anybody = st.sampled_from(KEYS)
coordinator = st.sampled_from(COORDINATORS)
in_a_case = precondition(lambda self: bool(self.stories))


class Standing(Frame):
    """Attestations, sources and consents."""

    async def stand_behind_newest(self, story: Story) -> None:
        """Have as many verifiers attest all of the newest document as it needs."""
        for who in VERIFIERS[: story.now.attestations_needed]:
            await self.attest_version(story, who, -1, None)

    async def approve_end(self, story: Story) -> None:
        """Let the notice of a stopped case go out; a case that nothing was sent of has none."""
        if story.now.stopped and story.now.documents[-1].is_notice:
            await self.stand_behind_newest(story)

    async def attest_version(
        self, story: Story, who: str, document: int, confirms: set[str] | None, *, stale: bool = False
    ) -> None:
        """Attest a version by its digest, of which the engine takes the latest document that has it."""
        chosen = chosen_document(story.now, document)
        digest = (chosen.versions[0] if stale else chosen.newest).digest
        revision = story.now.consent_revision
        body: dict[str, object] = {"digest": digest, "consent_revision": max(1, revision - stale)}
        body |= {"confirms": sorted(confirms)} if confirms is not None else {}
        how = partial(_confirm, who, digest, confirms, consents=body["consent_revision"] == revision)
        await self.post(story, who, "attestations", body, how)

    async def add_sources(self, story: Story, who: str) -> None:
        """Add two sources."""
        for number in range(2):
            tree = {"kind": "organisation", "name": f"Fuente nueva {number}", "received_on": "2026-10-30"}
            await self.post(story, who, "sources", tree, _add_source)

    async def record_answer(self, story: Story, who: str, person: int, use: str, plan: ConsentPlan) -> None:
        """Write down what somebody answered."""
        position = person % len(story.now.people)
        body = {"person": position, **consent_tree(use, plan)}
        await self.post(story, who, "consents", body, partial(_record, position, use, plan))

    async def ask_everybody(self, story: Story, who: str) -> None:
        """Write down that everybody allows everything."""
        for position, person in enumerate(story.now.people):
            plan = ConsentPlan(given=True, given_by="herself" if person.is_free else "family", days=None)
            for use in USES:
                await self.record_answer(story, who, position, use, plan)


def chosen_document(case: Case, document: int) -> Document:
    """Choose a document by any number, the newest by -1."""
    return case.documents[document if document < 0 else document % len(case.documents)]


def _confirm(who: str, digest: str, confirms: set[str] | None, case: Case, *, consents: bool) -> None:
    document = [one for one in case.documents if one.newest.digest == digest][-1]
    version = document.newest
    possible = {f"text:{language}" for language in version.texts}
    if not document.is_notice:
        possible |= {FACTS, CONSENT}
    chosen = (possible if confirms is None else confirms) - (set() if consents else {CONSENT})
    version.confirmed |= {(who.removesuffix(" again"), one) for one in chosen}


def _record(position: int, use: str, plan: ConsentPlan, case: Case) -> None:
    case.people[position].consents[use] = consent_known(plan, case.life)
    if plan.given:
        case.have_consent_confirmed_again()


def _add_source(case: Case) -> None:
    case.sources.append("organisation")
