"""To whom releases of an action go: seeing it, narrowing it, and giving targets other addresses."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_parts import Release, TargetAddress
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.strict_model import parse
from storage import decisions, targets
from storage.audience_changes import change_selection
from web.actions import found
from web.audience_schemas import AudienceView
from web.authentication import CaseReader, Coordinator
from web.contact_choice import refuse_unknown_contacts
from web.decisions import allowed
from web.errors import ApiError
from web.intake import address_row
from web.services import Work
from web.views import unreachable

router = APIRouter(prefix="/actions/{reference}", tags=["actions"])

_SELECTION_EXAMPLE = {"contacts": {"lists": ["redacciones"], "countries": ["MX", "GT"]}}
_ADDRESS_EXAMPLE = {
    "channel": "email",
    "value": "fiscalia@estado.example",
    "source": "llamada con la oficina",
    "checked_on": "2026-11-20",
    "valid_until": "2036-11-20",
}


async def _view(session: AsyncSession, action: UrgentAction) -> AudienceView:
    release = action.policy["release"]
    return AudienceView(
        audiences=release["audiences"],
        contacts=release.get("contacts"),
        unreachable_targets=await unreachable(session, action),
    )


@router.get("/audience", response_model_exclude_none=True)
async def audience(reference: str, services: Work, _caller: CaseReader) -> AudienceView:
    """Tell to whom releases go from now on, and which targets have no address that can be written to."""
    async with services.database.transaction() as session:
        return await _view(session, await found(session, reference))


@router.put("/audience", response_model_exclude_none=True)
async def change_audience(
    reference: str,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_SELECTION_EXAMPLE])],
) -> AudienceView:
    """Change which contacts of its audiences releases go to from now on; without a selection, all of them.

    What was frozen before goes out as it is.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        chosen = _selection(action, tree)
        await refuse_unknown_contacts(session, chosen.contacts, "contacts")
        await change_selection(session, action, chosen.contacts, caller.person_id)
        return await _view(session, action)


def _selection(action: UrgentAction, tree: object) -> Release:
    if not isinstance(tree, dict) or set(tree) != {"contacts"}:
        rule, remedy = (
            "must hold the selection alone",
            'Write {"contacts": {…}}, or {"contacts": null} for all.',
        )
        raise InvalidInput([Problem(field="contacts", rule=rule, remedy=remedy)])
    return parse(Release, {"audiences": action.policy["release"]["audiences"], **tree})


@router.post("/targets/{number}/addresses", status_code=201, response_model_exclude_none=True)
async def add_address(
    reference: str,
    number: int,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[_ADDRESS_EXAMPLE])],
) -> AudienceView:
    """Give a target, by its number in the case, another address; it is used where none before it can be.

    Where nothing of the document has reached the target, a release sends it there.
    """
    entry = parse(TargetAddress, tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        target = await targets.target_at(session, action.id, number)
        if target is None:
            remedy = "Count from 0, in the order of the case: starter.py audience show REF."
            raise ApiError(404, "There is no such target in this case.", remedy)
        row = address_row(entry, target.id, 0, services.fingerprint)
        await targets.add_address(session, action, target, row, caller.person_id)
        await decisions.tell(session, action.id)
        return await _view(session, action)
