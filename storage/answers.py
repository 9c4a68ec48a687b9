"""Writing down what partners answer: each answer is a row that stays, and supersedes the one before."""

from typing import NamedTuple
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.partners import Signature
from models.vocabulary import Answer, SignatureVisibility
from storage.answer_rows import take_the_place
from storage.mandates import answer_for_followers, lock_followers
from storage.receipts import tell_of_answers
from storage.sign_links import OpenedLink


class GivenAnswer(NamedTuple):
    """An answer as a partner gave it.

    `follows` is the answer that counted until then; a reason is sealed for the `id`. With a proposal, its
    approver gave it.
    """

    answer: Answer
    visibility: SignatureVisibility
    signer_name: str | None = None
    signer_role: str | None = None
    follows: UUID | None = None
    id: UUID | None = None
    sealed_reason: bytes | None = None
    proposal_id: UUID | None = None


async def answer(session: AsyncSession, link: OpenedLink, given: GivenAnswer) -> Signature:
    """Write down a partner's answer; of two at once the first counts, and both are told of it.

    `link` must be locked and open for the answer. A withdrawal names the text that was signed.
    """
    before = link.answer
    if before is not None and before.id != given.follows:
        return before
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
    if link.partner.is_followed:
        await lock_followers(session, link.document.id, link.partner.id)
    was_proposed = link.invitation.is_proposed
    await take_the_place(session, link.action.id, before, signature, was_proposed=was_proposed)
    if link.partner.is_followed:
        await answer_for_followers(session, link.action.id, signature)
    await tell_of_answers(session, link.action.id, link.document.number)
    return signature
