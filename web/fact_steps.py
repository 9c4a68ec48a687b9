"""The guided path from a fact that changed to what replaces the old demands: what is done, what is needed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.blanks import Blank
from models.changed_fact_file import PASSES, DemandsNow, FactChange
from models.changed_facts import ChangedFact
from models.vocabulary import ConsentGiver, ConsentUse, DocumentKind
from storage import actions, changed_facts, consents
from storage.documents import CurrentVersion, approved_languages, texts_of
from storage.standing import Attested, attested
from web.blanks import blanks_of
from web.schemas import Schema


class FactStep(StrEnum):
    """One step of the path."""

    DEMANDS_STOPPED = "demands_stopped"
    """Nothing of what was written before leaves any more."""
    FAMILY_NAMED = "family_named"
    """It is known who decides in her place."""
    CONSENT_ASKED = "consent_asked"
    """Who decides now said yes or no to one use."""
    BLANK_FILLED = "blank_filled"
    """One place of the draft is written."""
    ATTESTED = "attested"
    """Enough people other than its author confirmed facts and consent anew."""
    APPROVED = "approved"
    """The text in one language is approved."""
    RELEASED = "released"
    """It was let go to those who received what it replaces."""
    CLOSED = "closed"
    """The action that was called off is closed."""


class StepView(Schema):
    """One step: whether it is done, what it is about, and how it is done."""

    step: FactStep
    done: bool
    what: str
    remedy: str


class FactView(Schema):
    """A fact that changed, and the path to the document that takes the place of those before."""

    reference: str
    number: int
    change: FactChange
    person: int | None
    demands: DemandsNow
    known_on: date
    recorded_at: datetime
    document: str
    version: int
    kind: DocumentKind
    overtaken_by: int | None
    steps: list[StepView]


class FactList(Schema):
    """The facts that changed under an action, oldest first."""

    reference: str
    facts: list[FactView]


class _Path(NamedTuple):
    """All that the steps of a fact are told from."""

    fact: ChangedFact
    person: int | None
    passed: bool
    uses: list[tuple[ConsentUse, bool]]
    draft: CurrentVersion
    languages: list[str]
    blanks: list[Blank]
    people: Attested
    approved: list[str]
    out: bool
    closed: bool


async def fact_view(
    session: AsyncSession, action: UrgentAction, fact: ChangedFact, facts: Sequence[ChangedFact]
) -> FactView:
    """Show a fact with its path; one that a later fact has overtaken names that."""
    path = await _path(session, action, fact)
    document, version = path.draft
    later = [one.number for one in facts if one.number > fact.number]
    return FactView(
        reference=action.reference,
        number=fact.number,
        change=fact.change,
        person=path.person,
        demands=fact.demands,
        known_on=fact.known_on,
        recorded_at=fact.recorded_at,
        document=f"{action.reference}/{document.number}",
        version=version.number,
        kind=document.kind,
        overtaken_by=min(later, default=None),
        steps=list(_steps(path)),
    )


async def _path(session: AsyncSession, action: UrgentAction, fact: ChangedFact) -> _Path:
    people = {one.id: one.position for one in await actions.people_at_risk(session, action.id)}
    passed = {one.person_at_risk_id for one in await consents.passages(session, action.id)}
    draft = await changed_facts.draft_of(session, fact)
    hers = fact.person_at_risk_id
    return _Path(
        fact=fact,
        person=people[hers] if hers else None,
        passed=hers in passed,
        uses=await changed_facts.decisions_since(session, fact) if hers else [],
        draft=draft,
        languages=sorted(await texts_of(session, draft.version.id)),
        blanks=await blanks_of(session, draft.version),
        people=await attested(session, action, draft.version),
        approved=await approved_languages(session, action, draft.version),
        out=await changed_facts.is_out(session, draft.document.id),
        closed=action.closed_at is not None,
    )


def _steps(path: _Path) -> Iterator[StepView]:
    number = path.draft.document.number
    yield StepView(
        step=FactStep.DEMANDS_STOPPED,
        done=True,
        what="nothing that was written before leaves any more",
        remedy="Nothing is left to be done.",
    )
    yield from _asked(path)
    for blank in path.blanks:
        yield StepView(
            step=FactStep.BLANK_FILLED,
            done=False,
            what=f"{blank.field}: {blank.what}",
            remedy=f"starter.py documents version REF {number} FILE",
        )
    people, required = path.people
    yield StepView(
        step=FactStep.ATTESTED,
        done=people >= required,
        what=f"facts and consent: {people} of {required}",
        remedy="Two others attest it: starter.py attest REF",
    )
    for language in path.languages:
        yield StepView(
            step=FactStep.APPROVED,
            done=language in path.approved,
            what=language,
            remedy=f"Not by its author: starter.py documents approve REF {number} --language {language}",
        )
    yield StepView(
        step=FactStep.RELEASED,
        done=path.out,
        what="to those who received what it replaces",
        remedy="starter.py release REF",
    )
    if path.draft.document.kind is DocumentKind.STOP_ACTION:
        what = "it is followed up no more, and can be reopened"
        yield StepView(step=FactStep.CLOSED, done=path.closed, what=what, remedy="starter.py close REF")


def _asked(path: _Path) -> Iterator[StepView]:
    """Tell who must be named, and which consents are asked of whom."""
    passes = path.fact.change in PASSES
    if passes:
        yield StepView(
            step=FactStep.FAMILY_NAMED,
            done=path.passed,
            what=f"who decides for person {path.person}",
            remedy=f"starter.py consents pass REF --person {path.person}",
        )
    giver = ConsentGiver.FAMILY if passes else ConsentGiver.HERSELF
    for use, done in path.uses:
        yield StepView(
            step=FactStep.CONSENT_ASKED,
            done=done,
            what=f"person {path.person}, {use}: by {giver}",
            remedy=f"Her yes or no: starter.py consents add REF --person {path.person} --use {use}",
        )
