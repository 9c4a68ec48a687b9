"""What a change means for what goes out: to whom, and what is missing for the others."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import Decision, Refusal
from storage.readers import readers_of
from web.actions import found
from web.authentication import Caller
from web.consent_schemas import ConsequencesView, MissingView, ReaderView
from web.decisions import told
from web.errors import remedy_of
from web.services import Services

_SHOW_HER_OTHERWISE: Final = "or show her otherwise: starter.py people visibility REF."

_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "consent of the public": (
            "Somebody is named who does not allow it in public. Ask her afresh: starter.py consents add REF,"
            f" {_SHOW_HER_OTHERWISE}"
        ),
        "consent of authorities": (
            "Somebody is named who does not allow it to authorities. Ask her afresh: starter.py consents add"
            f" REF, {_SHOW_HER_OTHERWISE}"
        ),
        "consent of mechanisms": (
            "Somebody does not allow that the case is submitted. Ask her afresh: starter.py consents add REF,"
            " or go on without the mechanisms."
        ),
        "sources": remedy_of(Refusal.SOURCES_MISSING),
        "asked anew": remedy_of(Refusal.NOT_ASKED_ANEW),
        "demands stand": "Facts changed. Write what replaces it: starter.py facts list REF tells the steps.",
        "attested": remedy_of(Refusal.ATTESTATIONS_MISSING),
        "some text approved": remedy_of(Refusal.APPROVAL_MISSING),
        "editorial confirmed": remedy_of(Refusal.EDITORIAL_MISSING),
        "not returned": remedy_of(Refusal.RETURNED),
        "not on hold": remedy_of(Refusal.ON_HOLD),
        "text approved": remedy_of(Refusal.APPROVAL_MISSING),
    }
)


async def readers_now(session: AsyncSession, action: UrgentAction) -> list[ReaderView]:
    """Show to which kinds of readers the document may go out now."""
    return [
        ReaderView(
            reader=one.disclosure,
            may_go_out=not one.missing,
            missing=[MissingView(check=name, remedy=remedy_of_check(name)) for name in one.missing],
        )
        for one in await readers_of(session, action)
    ]


def remedy_of_check(check: str) -> str:
    """Say what to do where a check of the gate does not hold."""
    return _REMEDIES.get(check, remedy_of(Refusal.ALREADY_ENDED))


async def consequences(
    services: Services, action: UrgentAction, decision: Decision, caller: Caller
) -> ConsequencesView:
    """Tell the workflow of a committed change, and show what it brought."""
    decided = await told(services, action, decision, caller)
    async with services.database.transaction() as session:
        readers = await readers_now(session, await found(session, action.reference))
    return ConsequencesView(**decided.model_dump(), readers=readers)
