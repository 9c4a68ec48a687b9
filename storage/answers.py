"""Writing down what partners answer: each answer is a row that stays, and supersedes the one before."""

from typing import Final, NamedTuple
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.partners import Signature
from models.records import Addressee, EventKind
from models.vocabulary import Answer, SignatureVisibility
from storage.addenda import tell_withdrawal
from storage.records import record, request_nudge
from storage.sign_links import OpenedLink

_EVENTS: Final = {
    Answer.SIGNED: EventKind.SIGNED,
    Answer.DECLINED: EventKind.DECLINED,
    Answer.WITHDRAWN: EventKind.SIGNATURE_WITHDRAWN,
}


class GivenAnswer(NamedTuple):
    """An answer as a partner gave it.

    `follows` is the answer that counted until then; a reason is sealed for the `id`.
    """

    answer: Answer
    visibility: SignatureVisibility
    signer_name: str | None = None
    signer_role: str | None = None
    follows: UUID | None = None
    id: UUID | None = None
    sealed_reason: bytes | None = None


async def answer(session: AsyncSession, link: OpenedLink, given: GivenAnswer) -> Signature:
    """Write down a partner's answer; of two at once the first counts, and both are told of it.

    `link` must be locked and open for the answer. A withdrawal names the text that was signed.
    """
    before = link.answer
    if before is not None:
        if before.id != given.follows:
            return before
        before.superseded_at = now()
        await session.flush()
    about = before if before and given.answer is Answer.WITHDRAWN else None
    signature = Signature(
        **{**given._asdict(), "id": given.id or uuid4()},
        invitation_id=link.invitation.id,
        document_id=link.document.id,
        partner_id=link.partner.id,
        version_id=about.version_id if about else link.version.id,
        digest=about.digest if about else link.version.digest,
        late=link.is_late,
    )
    session.add(signature)
    detail = {"signature_id": str(signature.id), "digest": signature.digest.hex(), "late": signature.late}
    await record(session, link.action.id, _EVENTS[given.answer], detail=detail)
    await request_nudge(session, link.action.id, Addressee.SIGN_ON, link.document.number)
    if given.answer is Answer.WITHDRAWN:
        await tell_withdrawal(session, link.action, link.document)
    return signature
