"""To which kinds of readers an action's document may go out now, as the gate itself judges."""

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.messages import Purpose
from models.vocabulary import Disclosure
from storage.gate import CHECKS, Check, Failing, approved_in
from storage.standing import NEEDED, released_next

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

OPENNESS: Final = f"""
    {CHECKS["consent of the public"].holds} AS may_be_read,
    {" AND ".join(f"({CHECKS[name].holds})" for name in NEEDED)} AS is_confirmed,
    {CHECKS["demands stand"].holds} AS demands_stand,
    ARRAY(SELECT document_text.language FROM document_text
          WHERE document_text.version_id = dispatch.version_id
            AND {approved_in("document_text.language")}) AS approved_languages
"""
"""What a page that many open at once may show, as columns: whether all who are named allow it in public,
whether enough others confirm it, whether no fact has changed since, and in which languages. It expects an
`action`, a version as `dispatch`, and the public as `delivery`."""


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
