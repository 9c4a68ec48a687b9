"""The rows of answers: each stays, and one of a partner's counts."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partners import Signature
from models.records import EventKind
from models.vocabulary import Answer
from storage.addenda import tell_withdrawal
from storage.driver import ask, driver_of
from storage.proposals import end_open
from storage.records import record

_EVENTS: Final = {
    Answer.SIGNED: EventKind.SIGNED,
    Answer.DECLINED: EventKind.DECLINED,
    Answer.WITHDRAWN: EventKind.SIGNATURE_WITHDRAWN,
}

_COLUMNS: Final = SQLModel.metadata.tables["signature"].columns.keys()

_GIVEN: Final = text(f"""
    INSERT INTO signature ({", ".join(_COLUMNS)}) VALUES ({", ".join(f":{name}" for name in _COLUMNS)})
""")

_AS_IT_WAS: Final = {
    "invitation_id",
    "document_id",
    "partner_id",
    "version_id",
    "digest",
    "visibility",
    "late",
}


def as_it_was(before: Signature) -> dict[str, Any]:
    """Return what an answer that follows from another shares with it."""
    return before.model_dump(include=_AS_IT_WAS)


async def take_the_place(
    session: AsyncSession,
    action_id: UUID,
    before: Signature | None,
    signature: Signature,
    *,
    was_proposed: bool = True,
) -> None:
    """Have an answer count from now on instead of the one before; it ends what was proposed."""
    if before is not None:
        before.superseded_at = now()
    await ask(await driver_of(session), _GIVEN, signature.model_dump())
    if was_proposed:
        await end_open(session, signature.invitation_id, confirmed=signature.proposal_id)
    kind = EventKind.ANSWER_DISOWNED if signature.disowned else _EVENTS[signature.answer]
    by_mandate = {"by_mandate_of": str(signature.by_mandate_of)} if signature.by_mandate_of else {}
    detail = {"signature_id": str(signature.id), "digest": signature.digest.hex(), "late": signature.late}
    await record(session, action_id, kind, detail={**detail, **by_mandate})
    if signature.answer is Answer.WITHDRAWN:
        await tell_withdrawal(session, action_id, signature.document_id)
