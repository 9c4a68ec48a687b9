"""Addresses that must not be written to: seeing them, and having one written to again."""

from typing import Annotated

from fastapi import APIRouter, Query

from storage.suppressions import Lift, count_suppressions, lift, newest_suppressions
from web.authentication import DirectoryKeeper
from web.doubt_schemas import LiftRequest, SuppressionLifted, SuppressionList, SuppressionView
from web.errors import ApiError
from web.services import Work

router = APIRouter(prefix="/suppressions", tags=["directory"])


@router.get("")
async def suppressions(
    services: Work, _caller: DirectoryKeeper, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> SuppressionList:
    """List suppressed addresses, newest first, and count them by reason.

    Only their hashes are kept; the list names up to five for each who have such an address now.
    """
    async with services.database.transaction() as session:
        rows = await newest_suppressions(session, limit)
        counts = await count_suppressions(session)
    listed = [
        SuppressionView(reason=row.reason, suppressed_at=row.suppressed_at, whose=row.whose) for row in rows
    ]
    return SuppressionList(counts=counts, suppressions=listed)


@router.post("/lift")
async def lift_one(request: LiftRequest, services: Work, caller: DirectoryKeeper) -> SuppressionLifted:
    """Have an address written to again. Who lifted it and why is kept; the address is not.

    What was her own wish (she complained, left the lists or opted out) is lifted by `own_consent` alone, with
    the day and the way in which she gave it; `kept` tells what remains.
    """
    fingerprint = services.fingerprint.of(request.channel, request.address)
    lifting = Lift(caller.person_id, request.why, request.consent_given_on, request.consent_method)
    async with services.database.transaction() as session:
        done = await lift(session, fingerprint, lifting)
    if done is None:
        raise ApiError(404, "This address is not suppressed.", "Compare its spelling with the directory.")
    if not done.lifted:
        raise ApiError(
            409,
            "Whoever reads this address wants no more messages.",
            "Ask her by another way. If she agrees: own_consent, with when and how she said so.",
        )
    return SuppressionLifted(lifted=done.lifted, kept=done.kept)
