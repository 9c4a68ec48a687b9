"""Adding people at risk, concerns and targets to a case under way: all of it is attested anew."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.changed_fact_file import Widening
from models.consent_changes import LAST_POSITION
from models.documents import Target
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.scalars import LATEST_DAY, latest_day_anywhere
from models.strict_model import parse
from storage import decisions
from storage.widening import next_position, widen
from web.actions import found
from web.authentication import Caller, Coordinator
from web.consent_schemas import ConsequencesView
from web.decisions import allowed
from web.intake import address_row, consent_row, person_row, risk_row, target_row
from web.leaks import leaks_now
from web.readers import consequences
from web.services import Services, Work
from web.writing import write_again

router = APIRouter(prefix="/actions/{reference}/widening", tags=["people at risk"])

_EXAMPLE = {
    "concerns": ["forced_eviction"],
    "people_at_risk": [
        {
            "kind": "family",
            "name": "Familia Robles Invento",
            "role": {"es": "familia", "en": "family"},
            "visibility": "withheld",
            "consents": [],
        }
    ],
    "risk_assessment": {"level": "high", "note": "Viven en la misma casa."},
}


class WideningView(ConsequencesView):
    """What a case has now. `leaks` are places of current texts that must not say what they say."""

    people_at_risk: int = Field(description="How many people the case has now.")
    concerns: list[str]
    leaks: list[Problem]


@router.post("", status_code=201)
async def add(
    reference: str, services: Work, caller: Coordinator, tree: Annotated[Any, Body(examples=[_EXAMPLE])]
) -> WideningView:
    """Add people at risk with their consents and risk, concerns, or targets.

    Each document is written again with the same texts, so that nothing leaves before facts, consents and
    texts are attested anew. Where demands change with it, report it as changed facts instead.
    """
    entry = parse(Widening, tree, {LATEST_DAY: latest_day_anywhere()})
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        await widened(session, services, action, entry, caller)
        await write_again(session, services, action, caller)
        people = await next_position(session, action.id, PersonAtRisk)
        await decisions.tell(session, action.id)
    told = await consequences(services, action, Decision.EDIT, caller)
    return WideningView(
        **told.model_dump(),
        people_at_risk=people,
        concerns=action.concerns,
        leaks=await leaks_now(services, action),
    )


async def widened(
    session: AsyncSession, services: Services, action: UrgentAction, entry: Widening, caller: Caller
) -> None:
    """Add what comes to a locked case.

    Raises:
        InvalidInput: it lacks a language of the case, or the case would have too many people.
    """
    first = await next_position(session, action.id, PersonAtRisk)
    problems = list(_problems(action, entry, first))
    if problems:
        raise InvalidInput(problems)
    cipher = services.cipher
    people = [
        person_row(one, action.id, first + place, cipher).person
        for place, one in enumerate(entry.people_at_risk)
    ]
    consents = [
        consent_row(consent, person, caller.person_id, cipher)
        for person, one in zip(people, entry.people_at_risk, strict=True)
        for consent in one.consents
    ]
    behind = await next_position(session, action.id, Target)
    targets = [target_row(one, action.id, behind + place) for place, one in enumerate(entry.targets)]
    addresses = [
        address_row(address, row.id, position, services.fingerprint)
        for row, one in zip(targets, entry.targets, strict=True)
        for position, address in enumerate(one.addresses)
    ]
    risk = [risk_row(entry.risk_assessment, action.id, cipher)] if entry.risk_assessment else []
    generations = [[*people, *risk, *targets], [*consents, *addresses]]
    await widen(session, action, generations, entry.concerns, caller.person_id)


def _problems(action: UrgentAction, entry: Widening, people: int) -> Iterator[Problem]:
    if people + len(entry.people_at_risk) > LAST_POSITION + 1:
        remedy = "Write one entry for a family or a group."
        rule = f"must not be more than {LAST_POSITION + 1} in a case"
        yield Problem(field="people_at_risk", rule=rule, remedy=remedy)
    for place, person in enumerate(entry.people_at_risk):
        yield from _missing(action, f"people_at_risk.{place}.role", person.role)
    for place, target in enumerate(entry.targets):
        yield from _missing(action, f"targets.{place}.office", target.office)
        yield from _missing(action, f"targets.{place}.salutation", target.salutation)
        if target.language not in action.languages:
            rule = "must be one of the languages of the action"
            remedy = f"Use {', '.join(action.languages)}."
            yield Problem(field=f"targets.{place}.language", rule=rule, remedy=remedy)


def _missing(action: UrgentAction, field: str, texts: Mapping[str, str]) -> Iterator[Problem]:
    for language in action.languages:
        if language not in texts:
            rule = "is required in every language of the action"
            yield Problem(field=f"{field}.{language}", rule=rule, remedy="Add it.")
