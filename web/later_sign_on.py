"""Asking partners to sign a later document: what a coordinator says of it, and what is refused."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case_sign_on import LaterSignOn
from models.documents import Document
from models.vocabulary import DocumentKind
from storage.changed_facts import is_out
from storage.sign_on_plans import is_later
from web.errors import ApiError
from web.partner_choice import refuse_unknown_partners
from web.policies import refuse_sign_on
from web.services import Services


async def asked_anew(
    session: AsyncSession, services: Services, action: UrgentAction, sign_on: LaterSignOn | None
) -> dict[str, Any] | None:
    """Return what a document says of its sign-on, whole; None where it asks nobody.

    Raises:
        InvalidInput: the policy has none, the case says too little, or nobody knows whom it asks.
    """
    if sign_on is None:
        return None
    refuse_sign_on(action.urgency, services.policies[action.urgency])
    whole = sign_on.whole(action.policy.get("sign_on"))
    await refuse_unknown_partners(session, whole)
    return whole.model_dump(mode="json")


async def have_asked(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    document: Document,
    sign_on: LaterSignOn | None,
) -> bool:
    """Have a later document that is not out say that partners are asked; False where it says nothing new.

    Raises:
        ApiError: it is not one that could ask, or it has asked already.
        InvalidInput: what it says is refused.
    """
    if sign_on is None:
        return False
    await _refuse_too_late(session, action, document)
    said = await asked_anew(session, services, action, sign_on)
    is_new = said != document.sign_on
    document.sign_on = said
    return is_new


async def _refuse_too_late(session: AsyncSession, action: UrgentAction, document: Document) -> None:
    if not is_later(action, document) or document.kind is DocumentKind.STOP_ACTION:
        raise ApiError(
            409,
            "Who signs this document is not said here.",
            "Leave sign_on out: for the first document the case says it, and nobody signs an action's end.",
        )
    if document.sign_on_opened_at or await is_out(session, document.id):
        raise ApiError(
            409,
            "Partners were asked already, or the document is out.",
            f"Leave sign_on out; to move an open window: starter.py sign-on extend REF {document.number}.",
        )


async def refuse_to_overtake(session: AsyncSession, document: Document) -> None:
    """Refuse a document that would overtake one that partners are asked to sign.

    Raises:
        ApiError: that one is not out yet.
    """
    if document.sign_on and not await is_out(session, document.id):
        raise ApiError(
            409,
            "Partners are asked to sign the document before it, which is not out yet.",
            f"Change that one: starter.py documents version REF {document.number} FILE; or release it first.",
        )
