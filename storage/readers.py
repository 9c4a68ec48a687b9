"""To which kinds of readers an action's document may go out now, as the gate itself judges."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import Purpose
from models.vocabulary import Disclosure
from storage.gate import CHECKS, Check, Failing
from storage.standing import released_next

_BY_READER: Final = "delivery.disclosure"


def _is_judged(check: Check) -> bool:
    """Tell whether a check of a release can be made without knowing the recipient, and is no mere wait."""
    of_reader = not check.is_of_each_delivery or _BY_READER in check.holds
    return Purpose.STATEMENT in check.purposes and of_reader and check.failing is not Failing.WAITS


_FAILING = ", ".join(
    f"CASE WHEN NOT ({check.holds}) THEN '{name}' END" for name, check in CHECKS.items() if _is_judged(check)
)

_MISSING = text(f"""
    SELECT delivery.disclosure, array_remove(ARRAY[{_FAILING}], NULL) AS missing
    FROM urgent_action AS action,
         (SELECT id AS version_id, document_id, digest FROM document_version
          WHERE id = :version_id) AS dispatch,
         unnest(CAST(:disclosures AS text[])) WITH ORDINALITY AS delivery (disclosure, place)
    WHERE action.id = :action_id
    ORDER BY delivery.place
""")

_CONSENTED = text(f"""
    SELECT {CHECKS["consent of the public"].holds}
    FROM urgent_action AS action, (SELECT 'public' AS disclosure) AS delivery
    WHERE action.id = :action_id
""")


class Reader(NamedTuple):
    """A kind of reader, and the names of the gate's checks that keep the document from her."""

    disclosure: Disclosure
    missing: tuple[str, ...]


async def readers_of(session: AsyncSession, action: UrgentAction) -> list[Reader]:
    """Judge for each kind of reader whether the document that is released next may go out to her.

    A hold is left out: it ends by itself.
    """
    await session.flush()
    current = await released_next(session, action)
    parameters = {
        "action_id": action.id,
        "version_id": current.version.id,
        "disclosures": [disclosure.value for disclosure in Disclosure],
    }
    found = await session.execute(_MISSING, parameters)
    return [Reader(Disclosure(row.disclosure), tuple(row.missing)) for row in found]


async def may_be_read_by_all(session: AsyncSession, action_id: UUID) -> bool:
    """Tell whether everybody who is named allows it in public now."""
    return bool((await session.execute(_CONSENTED, {"action_id": action_id})).scalar_one())
