"""People at risk, as things change: to whom their consent passes, and how they may appear."""

import json
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Path
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.consent_changes import Appearance, Passage
from models.consents import ConsentPassage
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.strict_model import parse
from models.vocabulary import ConsentUse, Visibility
from security.fields import FieldCipher
from security.naming import LiveUses, open_identity
from security.sealed_places import passage_place
from storage import actions, consents, decisions
from web.actions import found
from web.authentication import Coordinator
from web.consent_schemas import AppearanceView, PassageView
from web.consent_views import passage_view
from web.decisions import allowed
from web.errors import ApiError, unknown_person
from web.leaks import leaks_now
from web.readers import consequences
from web.services import Services, Work
from web.writing import write_again

router = APIRouter(prefix="/actions/{reference}/people/{position}", tags=["people at risk"])

Position = Annotated[int, Path(ge=0, description="Which person of the case: 0 is the first.")]

_PASSAGE_EXAMPLE = {
    "because": "disappearance",
    "happened_on": "2026-10-30",
    "family": {"name": "Amada Robles Invento", "relation": "hermana"},
    "note": "Ella la nombró en su plan de seguridad.",
}
_APPEARANCE_EXAMPLE = {"visibility": "pseudonym", "pseudonym": "Luna"}
_TO_BE_NAMED = (ConsentUse.NAME_IN_PUBLIC, ConsentUse.NAME_TO_AUTHORITIES)


@router.post("/passage", status_code=201)
async def pass_consent(
    reference: str,
    position: Position,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_PASSAGE_EXAMPLE])],
) -> PassageView:
    """Write down that consent passed to named family by death or disappearance: they decide from now on.

    What she allowed before holds until they take it back.
    """
    entry = parse(Passage, tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        person = await _person(session, action, position)
        if person.id in {one.person_at_risk_id for one in await consents.passages(session, action.id)}:
            raise ApiError(
                409,
                "Consent of this person passed before.",
                "Her family decides: starter.py consents list REF.",
            )
        passage = passage_row(entry, person, caller.person_id, services.cipher)
        await consents.pass_consent(session, action, person, passage)
        await decisions.tell(session, action.id)
    await services.gateway.inform(action, Decision.EDIT, caller.person_id)
    return passage_view(passage)


@router.post("/visibility")
async def change_visibility(
    reference: str,
    position: Position,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_APPEARANCE_EXAMPLE])],
) -> AppearanceView:
    """Change how a person may appear from now on.

    Every document is written again with the same texts, so that nothing leaves that was approved while she
    appeared otherwise; the answer lists the places that must be changed before they can be approved.
    """
    entry = parse(Appearance, tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        person = await _person(session, action, position)
        live = consents.live_uses(await consents.newest_consents(session, action.id), action)
        _refuse_unallowed_name(entry, person, live)
        if await _show(session, services, action, person, entry, caller.person_id):
            await write_again(session, services, action, caller)
            await decisions.tell(session, action.id)
    told = await consequences(services, action, Decision.EDIT, caller)
    return AppearanceView(
        **told.model_dump(),
        person=position,
        visibility=person.visibility,
        display_name=person.display_name,
        leaks=await leaks_now(services, action),
    )


async def _person(session: AsyncSession, action: UrgentAction, position: int) -> PersonAtRisk:
    people = await actions.people_at_risk(session, action.id)
    for person in people:
        if person.position == position:
            return person
    raise unknown_person()


def passage_row(
    entry: Passage, person: PersonAtRisk, recorded_by: UUID, cipher: FieldCipher
) -> ConsentPassage:
    """Make the row of a passage; who the family is, is sealed."""
    passage_id = uuid4()
    family = json.dumps({**entry.family.model_dump(), "note": entry.note}, ensure_ascii=False)
    return ConsentPassage(
        id=passage_id,
        person_at_risk_id=person.id,
        because=entry.because,
        happened_on=entry.happened_on,
        sealed_family=cipher.seal(family, context=passage_place(passage_id)),
        recorded_by=recorded_by,
    )


def _refuse_unallowed_name(entry: Appearance, person: PersonAtRisk, live: LiveUses) -> None:
    """Refuse to name somebody who does not allow it now.

    Raises:
        InvalidInput: a problem for each consent that is missing.
    """
    if entry.visibility is not Visibility.NAMED:
        return
    problems = [
        Problem(
            field="visibility",
            rule=f"needs her live consent for {use} to be named",
            remedy="Record it first (starter.py consents add REF), or choose pseudonym or withheld.",
        )
        for use in _TO_BE_NAMED
        if (person.id, use) not in live
    ]
    if problems:
        raise InvalidInput(problems)


async def _show(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    person: PersonAtRisk,
    entry: Appearance,
    caller_id: UUID,
) -> bool:
    """Have a person appear as it is wanted, and tell whether that is a change.

    A pseudonym that is given up becomes an alias: from now on it is not to be said either.
    """
    identity = open_identity(services.cipher, person).identity
    display_name = identity.shown_as(entry.visibility, entry.pseudonym)
    if (person.visibility, person.display_name) == (entry.visibility, display_name):
        return False
    if person.visibility is Visibility.PSEUDONYM and person.display_name:
        person.sealed_identity = identity.known_also_as(person.display_name).sealed(
            services.cipher, person.id
        )
    await consents.change_visibility(session, action, person, entry.visibility, display_name, caller_id)
    return True
