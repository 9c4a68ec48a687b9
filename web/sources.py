"""Adding sources to a case, when verifiers or its policy ask for more."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from models.case_parts import Source
from models.lifecycle import Decision
from models.strict_model import parse
from storage import actions, decisions
from web.actions import found
from web.authentication import Coordinator
from web.consent_schemas import ConsequencesView
from web.decisions import allowed
from web.intake import source_row
from web.readers import consequences
from web.services import Work

router = APIRouter(prefix="/actions/{reference}/sources", tags=["sources"])

_EXAMPLE = {
    "kind": "organisation",
    "name": "Centro Comunitario San Aurelio",
    "received_on": "2026-10-30",
    "note": "Carta firmada",
}


@router.post("", status_code=201)
async def add(
    reference: str, services: Work, caller: Coordinator, tree: Annotated[Any, Body(examples=[_EXAMPLE])]
) -> ConsequencesView:
    """Add one more source; who it is, is sealed. It may complete what the policy of the case asks for."""
    entry = parse(Source, tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await allowed(session, action, Decision.EDIT)
        await actions.add_source(session, source_row(entry, action.id, services.cipher), caller.person_id)
        await decisions.tell(session, action.id)
    return await consequences(services, action, Decision.EDIT, caller)
