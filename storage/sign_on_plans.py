"""Which documents partners are asked to sign, and how: the leading one by the case, later ones each anew."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import Document
from models.later_windows import LaterWindow
from models.messages import AskedDocument, SignOnPlan
from storage.changed_facts import is_out
from storage.documents import CurrentVersion
from storage.sign_on import sign_on_of, signed_in_time

_DURATION = TypeAdapter(timedelta)
_DURATIONS = TypeAdapter(tuple[timedelta, ...])


def plan_of_sign_on(action: UrgentAction, document: Document) -> SignOnPlan | None:
    """Return the numbers that the sign-on of a document runs on; None where it asks nobody."""
    tree = sign_on_of(action, document)
    if tree is None:
        return None
    return SignOnPlan(
        closes_after=_DURATION.validate_python(tree["closes_after"]),
        release=tree["release"],
        quorum=tree["quorum"],
        remind_after=_DURATIONS.validate_python(tree["remind_after"]),
    )


def is_later(action: UrgentAction, document: Document) -> bool:
    """Tell whether a document follows the one with which the action began, or began again."""
    return document.number != action.leading_document


async def later_window(session: AsyncSession, action: UrgentAction, document: Document) -> LaterWindow | None:
    """Read how it stands with the sign-on of a later document; None where it asks nobody."""
    plan = plan_of_sign_on(action, document)
    if plan is None or not is_later(action, document):
        return None
    return LaterWindow(
        plan=plan,
        awaited=await _is_awaited(session, action, document),
        ended=document.sign_on_ended_at is not None,
        on_hold=action.held_at is not None,
        signed_in_time=await signed_in_time(session, document),
    )


def asked_document(
    action: UrgentAction, current: CurrentVersion, window: LaterWindow | None, *, may_go_out: bool
) -> AskedDocument | None:
    """Return the later document whose window is open, or is to be opened once its text may go out."""
    if window is None or not window.is_asked_for:
        return None
    ready = may_go_out or current.document.sign_on_opened_at is not None
    return AskedDocument(document=current.ref(action), plan=window.plan, ready=ready)


async def _is_awaited(session: AsyncSession, action: UrgentAction, document: Document) -> bool:
    over = action.stopped_at or action.closed_at or action.rejected_at
    return action.released_at is not None and not over and not await is_out(session, document.id)
