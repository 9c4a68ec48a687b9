"""What waits for a coordinator in all her actions, in one look."""

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from models.columns import now
from models.lifecycle import Phase
from storage.digests import DigestCase, digest_of
from web.authentication import Coordinator
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/digest", tags=["follow-up"])


class WaitingView(Schema):
    """What of an action waits for somebody, counted."""

    check_ins: int = Field(description="Asked, and not answered.")
    proposals: int = Field(description="Steps about answers that did not come, to be decided.")
    mails: int = Field(description="That came in, and nobody has looked at.")
    in_doubt: int = Field(description="Messages that may or may not have arrived, or are held back.")
    late_replies: int = Field(description="Targets and mechanisms that have not answered in their time.")
    milestones_past: int = Field(description="Days that passed, of which nothing is written down.")
    milestones_soon: int = Field(description="Days of the next two weeks.")
    expires_on: date | None = Field(description="Where that is within two weeks.")


class DigestCaseView(Schema):
    """An action; of one on hold or stopped nothing more is told than that."""

    reference: str
    phase: Phase
    on_hold: bool
    waiting: WaitingView | None


class DigestView(Schema):
    """The actions that a coordinator started, and those whose author is no coordinator any more."""

    cases: list[DigestCaseView]


@router.get("")
async def digest(services: Work, caller: Coordinator) -> DigestView:
    """List what is open, late and due in the caller's actions: references, states and counts alone."""
    async with services.database.transaction() as session:
        cases = await digest_of(session, caller.person_id, services.time_zone, now())
    return DigestView(cases=[_view(one) for one in cases])


def _view(case: DigestCase) -> DigestCaseView:
    waiting = WaitingView(**case.waiting._asdict()) if case.waiting else None
    return DigestCaseView(reference=case.reference, phase=case.phase, on_hold=case.on_hold, waiting=waiting)
