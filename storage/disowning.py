"""What a partner says of an answer that was given for it: that it was not itself, or that it was."""

from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import now
from models.messages import DocumentRef
from models.partners import Signature
from models.records import EventKind
from models.vocabulary import Answer
from storage.answer_links import OpenedAnswer
from storage.answer_rows import as_it_was, take_the_place
from storage.link_revocation import revoke_sign_links
from storage.mandates import answer_for_followers
from storage.proposals import end_open
from storage.receipts import tell_of_answers
from storage.records import announce, record


async def disown(session: AsyncSession, opened: OpenedAnswer, told_by: str) -> Signature:
    """Take back what somebody else answered for a partner, and revoke the links by which that was possible.

    `opened` must be locked.
    """
    before = opened.answer
    taken_back = Signature(
        **as_it_was(before),
        answer=Answer.WITHDRAWN,
        signer_name=told_by,
        disowned=True,
    )
    await take_the_place(session, opened.action.id, before, taken_back)
    await answer_for_followers(session, opened.action.id, taken_back)
    await end_open(session, opened.invitation.id, confirmed=None)
    await revoke_sign_links(session, [opened.invitation.id])
    await tell_of_answers(session, opened.action.id, opened.document.number)
    await announce(session, opened.action.id)
    return taken_back


async def confirm(session: AsyncSession, signature: Signature, ref: DocumentRef, told_by: str) -> None:
    """Have a doubted signature under a document count again; the link that led to it must be locked."""
    signature.doubted_at = None
    signature.confirmed_at, signature.confirmed_by = now(), told_by
    detail = {"signature_id": str(signature.id), "digest": signature.digest.hex()}
    await record(session, ref.action_id, EventKind.SIGNATURE_CONFIRMED, detail=detail)
    await tell_of_answers(session, ref.action_id, ref.number)
    await announce(session, ref.action_id)
