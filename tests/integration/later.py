"""A later document of a released case that partners are asked to sign."""

import json
from dataclasses import replace
from typing import Any

from models.messages import CaseFacts
from storage.standing import facts_of
from tests.integration.outbox_cases import Case, execute, further
from tests.integration.sign_links import answered

FIRST, SECOND = "casa-manantial", "red-del-volcan"

ASKS = {
    "partners": "all",
    "quorum": 2,
    "closes_after": "PT12H",
    "release": "at_quorum_or_close",
    "remind_after": ["PT6H"],
}


async def released(case: Case) -> None:
    """Have the first document be out, with its window still open."""
    await case.open_sign_on()
    await execute(case.database, "UPDATE urgent_action SET phase = 'following_up', released_at = now()")


async def asking(case: Case, **changes: Any) -> Case:
    """Write the next document, have it confirmed, and return the case with it; it says what it asks."""
    ref = await further(case)
    await execute(
        case.database,
        "UPDATE document SET sign_on = CAST(:asks AS jsonb) WHERE id = :id",
        asks=json.dumps({**ASKS, **changes}),
        id=ref.document_id,
    )
    return replace(case, document=ref)


async def end_window(case: Case) -> None:
    """Have the window of the document be over."""
    await execute(
        case.database,
        "UPDATE document SET sign_on_ended_at = now() WHERE id = :id",
        id=case.document.document_id,
    )


async def facts(case: Case) -> CaseFacts:
    """Read what the workflow of the action would be told now."""
    async with case.database.transaction() as session:
        return await facts_of(session, case.action.id)


async def signed(case: Case) -> Case:
    """Have a partner sign a later document, and its window be over."""
    await released(case)
    later = await asking(case)
    await later.open_sign_on()
    await answered(later, FIRST)
    await end_window(later)
    return later
