"""Rules of what changes a case: its documents, consents, sources, and how its people appear."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.integration.machine.cast import AT_RISK
from tests.integration.machine.model import (
    NAMED,
    PSEUDONYM,
    USES,
    WITHHELD,
    Case,
    Document,
    Story,
    Text,
    Version,
)
from tests.integration.machine.plans import (
    SOURCES,
    ConsentPlan,
    Leak,
    consents,
    maybe_leaks,
    shown_as,
    written,
)
from tests.integration.machine.standing import Standing, anybody, coordinator, in_a_case, which

_person = st.integers(0, 2)
_PASSAGE = {
    "because": "disappearance",
    "happened_on": "2026-10-30",
    "family": {"name": "Amada Invento Supuesta", "relation": "hermana"},
}


class Writing(Standing):
    """How a case changes."""

    @in_a_case
    @rule(which=which, who=coordinator, leak=maybe_leaks, fewer=st.booleans())
    def write_version(self, which: int, who: str, leak: Leak | None, *, fewer: bool) -> None:
        self.step(self.write_newest(self.story(which), who, leak, fewer=fewer))

    @in_a_case
    @rule(which=which, who=coordinator, leak=maybe_leaks)
    def add_document(self, which: int, who: str, leak: Leak | None) -> None:
        self.step(self._add(self.story(which), who, "documents", leak))

    @in_a_case
    @rule(which=which, who=coordinator, leak=maybe_leaks)
    def reopen(self, which: int, who: str, leak: Leak | None) -> None:
        self.step(self._add(self.story(which), who, "reopen", leak))

    @in_a_case
    @rule(which=which, who=coordinator, person=_person, use=st.sampled_from(USES), plan=consents)
    def record_consent(self, which: int, who: str, person: int, use: str, plan: ConsentPlan) -> None:
        self.step(self.record_answer(self.story(which), who, person, use, plan))

    @in_a_case
    @rule(which=which, who=coordinator)
    def ask_everybody_again(self, which: int, who: str) -> None:
        """Record every consent of a case afresh."""
        self.step(self.ask_everybody(self.story(which), who))

    @in_a_case
    @rule(
        which=which, who=coordinator, person=_person, visibility=st.sampled_from([NAMED, PSEUDONYM, WITHHELD])
    )
    def change_appearance(self, which: int, who: str, person: int, visibility: str) -> None:
        self.step(self._change_appearance(self.story(which), who, person, visibility))

    @in_a_case
    @rule(which=which, who=coordinator, kind=st.sampled_from(SOURCES))
    def add_source(self, which: int, who: str, kind: str) -> None:
        tree = {"kind": kind, "name": "Otra fuente", "received_on": "2026-10-30"}
        self.step(self._post(self.story(which), who, "sources", tree, partial(_add_source, kind)))

    @in_a_case
    @rule(which=which, who=anybody, person=_person)
    def pass_consent(self, which: int, who: str, person: int) -> None:
        story = self.story(which)
        path = f"people/{person % len(story.now.people)}/passage"
        self.step(self._post(story, who, path, _PASSAGE, _nothing))

    async def _post(self, story: Story, who: str, path: str, body: object, how: Any) -> None:
        await self.post(story, who, path, body, how)

    async def write_newest(self, story: Story, who: str, leak: Leak | None, *, fewer: bool) -> None:
        """Write another version of the newest document."""
        document = story.now.documents[-1]
        people = [] if document.is_notice else story.now.people
        languages = tuple(document.newest.texts)[: 1 if fewer else None]
        texts = written(languages, people, None if document.is_notice else leak)
        path = f"documents/{document.number}/versions"
        body = {"texts": _trees(texts)}
        await self.post(story, who, path, body, partial(_write, who, texts))

    async def _add(self, story: Story, who: str, path: str, leak: Leak | None) -> None:
        texts = written(story.now.languages, story.now.people, leak)
        body = {"kind": "further_information", "texts": _trees(texts)}
        how = _reopen if path == "reopen" else _add_document
        await self.post(story, who, path, body, partial(how, who, texts))

    async def _change_appearance(self, story: Story, who: str, person: int, visibility: str) -> None:
        position = person % len(story.now.people)
        body: dict[str, Any] = {"visibility": visibility}
        if visibility == PSEUDONYM:
            body["pseudonym"] = story.now.people[position].who.pseudonym
        how = partial(_appear, who, position, visibility)
        await self.post(story, who, f"people/{position}/visibility", body, how)


def _trees(texts: dict[str, Text]) -> dict[str, Any]:
    return {
        language: {
            "headline": text.headline,
            "summary": text.summary,
            "body": text.body,
            **({"background": text.background} if text.background else {}),
            "demands": text.demands,
        }
        for language, text in texts.items()
    }


def _write(who: str, texts: dict[str, Text], case: Case) -> None:
    document = case.documents[-1]
    told = frozenset[int]() if document.is_notice else case.to_be_told()
    document.versions.append(Version(document.newest.number + 1, texts, who, told))


def _add_document(who: str, texts: dict[str, Text], case: Case) -> None:
    version = Version(1, texts, who, case.to_be_told())
    case.documents.append(Document(len(case.documents) + 1, is_notice=False, versions=[version]))


def _reopen(who: str, texts: dict[str, Text], case: Case) -> None:
    case.life += 1
    case.closed = case.held = case.released = False
    _add_document(who, texts, case)


def _appear(who: str, position: int, visibility: str, case: Case) -> None:
    """Show somebody otherwise: every document is written again, with the same texts."""
    person = case.people[position]
    shown = shown_as(AT_RISK.index(person.who), visibility)
    if (person.visibility, person.shown) == (visibility, shown):
        return
    person.visibility, person.shown = visibility, shown
    for document in case.documents:
        if not document.is_notice:
            texts = document.newest.texts
            document.versions.append(Version(document.newest.number + 1, texts, who, case.to_be_told()))


def _add_source(kind: str, case: Case) -> None:
    case.sources.append(kind)


def _nothing(_case: Case) -> None:
    """Change nothing that matters for what may leave."""
