"""Facts that changed under a case: with the report old demands stop, and what replaces them is prepared."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Body, Path
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.changed_fact_file import PASSES, ChangedFactEntry, DemandsNow, FactChange, document_kind
from models.changed_facts import ChangedFact
from models.consent_changes import Passage
from models.documents import DocumentText, DocumentVersion
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import parse
from storage import actions, changed_facts, consents, decisions, documents
from web.actions import found
from web.authentication import Caller, CaseReader, Coordinator
from web.decisions import allowed
from web.errors import ApiError
from web.fact_steps import FactList, FactView, fact_view
from web.intake import source_row
from web.people import passage_row
from web.services import Services, Work
from web.versions import new_version
from web.widening import widened

router = APIRouter(prefix="/actions/{reference}/changed-facts", tags=["changed facts"])

Number = Annotated[int, Path(ge=1, description="Which fact of the case: 1 is the first.")]

_EXAMPLE = {
    "change": "released",
    "person": 0,
    "demands": "changed",
    "known_on": "2026-11-02",
    "source": {
        "kind": "family",
        "name": "Amada Robles Invento",
        "received_on": "2026-11-02",
        "note": "Llamó al salir del penal.",
    },
}


@router.post("", status_code=201)
async def report(
    reference: str, services: Work, caller: Coordinator, tree: Annotated[Any, Body(examples=[_EXAMPLE])]
) -> FactView:
    """Report that facts changed: from this moment on nothing leaves that was written before.

    What was allowed counts no more until those who decide now are asked anew; a draft of what replaces the
    texts is prepared. The answer tells what is needed until that goes out.
    """
    entry = parse(ChangedFactEntry, tree, {LATEST_DAY: latest_day_anywhere()})
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        person = await _person(session, action, entry)
        _refuse_calling_off_what_is_not_out(action, entry)
        fact = await _written(session, services, action, entry, person, caller)
        if person:
            await _hand_on(session, services, action, entry, fact, person)
        await decisions.tell(session, action.id)
    await services.gateway.inform(action, Decision.EDIT, caller.person_id)
    return await shown(reference, fact.number, services, caller)


@router.get("")
async def listed(reference: str, services: Work, _caller: CaseReader) -> FactList:
    """List the facts that changed, each with what is done and what is needed until its document is out."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        facts = await changed_facts.facts_of(session, action.id)
        return FactList(
            reference=reference, facts=[await fact_view(session, action, one, facts) for one in facts]
        )


@router.get("/{number}")
async def shown(reference: str, number: Number, services: Work, _caller: CaseReader) -> FactView:
    """Show step by step what is done since a fact changed, and what is needed until its document is out."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        facts = await changed_facts.facts_of(session, action.id)
        for fact in facts:
            if fact.number == number:
                return await fact_view(session, action, fact, facts)
    raise ApiError(404, "No such fact was reported.", "starter.py facts list REF shows them.")


async def _person(
    session: AsyncSession, action: UrgentAction, entry: ChangedFactEntry
) -> PersonAtRisk | None:
    """Return whom a change concerns.

    Raises:
        InvalidInput: the case has no such person, or her consent passed to family before.
    """
    if entry.person is None:
        return None
    people = await actions.people_at_risk(session, action.id)
    if entry.person >= len(people):
        remedy = f"Write a number from 0 to {len(people) - 1}: starter.py consents list REF shows them."
        raise InvalidInput([Problem(field="person", rule="is not a person of this case", remedy=remedy)])
    person = people[entry.person]
    passed = {one.person_at_risk_id for one in await consents.passages(session, action.id)}
    if entry.family and person.id in passed:
        remedy = "Remove it: those who were named then decide still."
        raise InvalidInput([Problem(field="family", rule="was named before", remedy=remedy)])
    return person


def _refuse_calling_off_what_is_not_out(action: UrgentAction, entry: ChangedFactEntry) -> None:
    if action.released_at is None and entry.demands is not DemandsNow.CHANGED:
        raise ApiError(
            409,
            "Nothing of the action is out that could be called off.",
            "End it at once: starter.py stop REF; partners who were asked to sign are told then.",
        )


async def _written(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    entry: ChangedFactEntry,
    person: PersonAtRisk | None,
    caller: Caller,
) -> ChangedFact:
    """Write down a fact with its source, who comes to the case by it, and the draft of what is told of it."""
    source = source_row(entry.source, action.id, services.cipher)
    await actions.add_source(session, source, caller.person_id)
    if entry.adds:
        await widened(session, services, action, entry.adds, caller)
    draft = await _draft(session, services, action, entry, caller)
    fact = ChangedFact(
        action_id=action.id,
        number=await changed_facts.next_fact(session, action.id),
        change=entry.change,
        person_at_risk_id=person.id if person else None,
        demands=entry.demands,
        known_on=entry.known_on,
        source_id=source.id,
        draft_id=draft.id,
        recorded_by=caller.person_id,
    )
    await changed_facts.write_down(session, action, fact, person)
    return fact


async def _draft(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    entry: ChangedFactEntry,
    caller: Caller,
) -> DocumentVersion:
    """Prepare the next document, or the next version of one that is not out; nobody is named in it yet."""
    reached = await decisions.languages_reached(session, action.id)
    languages = dict.fromkeys([*action.languages, *reached])
    texts = [_text(services, action, entry, language) for language in languages]
    new = new_version(uuid4(), texts, caller.person_id)
    if action.released_at is None:
        leading = (await documents.leading_version(session, action)).document
        await documents.write_version(session, action, leading, new, caller.person_id)
    else:
        kind = document_kind(entry.demands)
        await documents.open_document(session, action, kind, new, caller.person_id, guided=True)
    return new.version


def _text(services: Services, action: UrgentAction, entry: ChangedFactEntry, language: str) -> DocumentText:
    context = {
        "change": entry.change.value,
        "demands": entry.demands.value,
        "known_on": entry.known_on,
        "reference": action.reference,
    }
    prepared = services.renderer.prepared(language, context)
    return DocumentText(
        version_id=uuid4(),
        language=language,
        headline=prepared.headline,
        summary=prepared.summary,
        body=prepared.body,
        demands=prepared.demands,
    )


async def _hand_on(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    entry: ChangedFactEntry,
    fact: ChangedFact,
    person: PersonAtRisk,
) -> None:
    """Have those decide who decide since, and what was allowed before count no more."""
    await changed_facts.void_consents(session, action, fact, person)
    if entry.change is FactChange.RELEASED:
        await changed_facts.give_consent_back(session, action, person, fact.recorded_by)
    elif entry.family:
        happened_on = entry.happened_on or entry.known_on
        passage = Passage(because=PASSES[entry.change], happened_on=happened_on, family=entry.family)
        row = passage_row(passage, person, fact.recorded_by, services.cipher)
        await consents.pass_consent(session, action, person, row)
