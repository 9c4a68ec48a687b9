"""Facts that changed under a case: written down, and what ends with them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.changed_facts import ChangedFact
from models.columns import now
from models.consents import Consent, ConsentPassage
from models.documents import Document, DocumentVersion
from models.messages import Purpose
from models.outbox import Dispatch
from models.records import EventKind
from models.vocabulary import ConsentUse
from storage.consents import is_live, newest_consents
from storage.documents import CurrentVersion, leading_version, version_of
from storage.escalation import dismiss_open_steps
from storage.records import record

_REPLACED: Final = text("""
    SELECT EXISTS (
        SELECT 1 FROM document AS replaced JOIN changed_fact ON changed_fact.action_id = replaced.action_id
        JOIN document_version AS draft ON draft.id = changed_fact.draft_id
        JOIN document AS replacing ON replacing.id = draft.document_id
        WHERE replaced.id = :document_id AND replaced.number < replacing.number)
""")


async def next_fact(session: AsyncSession, action_id: UUID) -> int:
    """Return the number that the next fact of a locked action gets."""
    highest = await session.exec(
        select(func.max(ChangedFact.number)).where(ChangedFact.action_id == action_id)
    )
    return (highest.one() or 0) + 1


async def write_down(
    session: AsyncSession, action: UrgentAction, fact: ChangedFact, person: PersonAtRisk | None
) -> None:
    """Keep a fact: from the commit on the gate refuses whatever was written before its draft.

    The action must be locked; what was attested of its consents counts no more, and steps that were proposed
    about old demands are dismissed.
    """
    session.add(fact)
    await session.flush()
    action.consent_revision += 1
    detail = {
        "fact": fact.number,
        "change": fact.change,
        "demands": fact.demands,
        "person": person.position if person else None,
    }
    await record(session, action.id, EventKind.FACT_CHANGED, fact.recorded_by, detail)
    await dismiss_open_steps(session, action.id, fact.recorded_by)


async def void_consents(
    session: AsyncSession, action: UrgentAction, fact: ChangedFact, person: PersonAtRisk
) -> None:
    """Have what was allowed for a person count no more: who decides since is asked anew, use by use."""
    newest = await newest_consents(session, action.id)
    void = [one for one in newest if one.person_at_risk_id == person.id and is_live(one, action)]
    if void:
        ids = [one.id for one in void]
        await session.execute(update(Consent).where(col(Consent.id).in_(ids)).values(voided_by=fact.id))
    for one in void:
        detail = {"person": person.position, "use": one.use}
        await record(session, action.id, EventKind.CONSENT_VOIDED, fact.recorded_by, detail)


async def give_consent_back(
    session: AsyncSession, action: UrgentAction, person: PersonAtRisk, person_id: UUID
) -> None:
    """End what passed to a person's family, where something did: she decides herself again."""
    ended = await session.execute(
        update(ConsentPassage)
        .where(col(ConsentPassage.person_at_risk_id) == person.id, col(ConsentPassage.ended_at).is_(None))
        .values(ended_at=now())
        .returning(col(ConsentPassage.id))
    )
    if ended.first():
        detail = {"person": person.position}
        await record(session, action.id, EventKind.CONSENT_RETURNED, person_id, detail)


async def facts_of(session: AsyncSession, action_id: UUID) -> list[ChangedFact]:
    """List the facts that changed under an action, by number."""
    found = await session.exec(
        select(ChangedFact).where(ChangedFact.action_id == action_id).order_by(col(ChangedFact.number))
    )
    return list(found)


async def draft_of(session: AsyncSession, fact: ChangedFact) -> CurrentVersion:
    """Return the document that was prepared with a fact, in its newest version."""
    found = await session.exec(
        select(Document)
        .join(DocumentVersion, col(DocumentVersion.document_id) == Document.id)
        .where(DocumentVersion.id == fact.draft_id)
    )
    document = found.one()
    return CurrentVersion(document, await version_of(session, document.id))


async def demanding_version(session: AsyncSession, action: UrgentAction) -> CurrentVersion:
    """Return the document whose demands are those of the case now: what facts put in the leading one's place.

    What was begun again later leads, whatever changed before.
    """
    leading = await leading_version(session, action)
    facts = await facts_of(session, action.id)
    draft = await draft_of(session, facts[-1]) if facts else leading
    return draft if draft.document.number >= leading.document.number else leading


async def reported_at(session: AsyncSession, document_id: UUID) -> datetime | None:
    """Return when the newest fact was reported with which a document was prepared; None where none was."""
    found = await session.exec(
        select(func.max(ChangedFact.recorded_at))
        .join(DocumentVersion, col(DocumentVersion.id) == ChangedFact.draft_id)
        .where(DocumentVersion.document_id == document_id)
    )
    return found.one()


async def is_replaced(session: AsyncSession, document_id: UUID) -> bool:
    """Tell whether a fact changed since a document was written, so that its demands are not asked for."""
    found = await session.execute(_REPLACED, {"document_id": document_id})
    return bool(found.scalar_one())


async def is_out(session: AsyncSession, document_id: UUID) -> bool:
    """Tell whether a document was let go to its audience."""
    found = await session.exec(
        select(Dispatch.id).where(Dispatch.document_id == document_id, Dispatch.purpose == Purpose.STATEMENT)
    )
    return found.first() is not None


async def decisions_since(session: AsyncSession, fact: ChangedFact) -> list[tuple[ConsentUse, bool]]:
    """List the uses that count no more since a fact, and whether each was said yes or no to by now."""
    hers = Consent.person_at_risk_id == fact.person_at_risk_id
    every = list(await session.exec(select(Consent).where(hers).order_by(col(Consent.recorded_at))))
    newest = {one.use: one for one in every}
    return [
        (one.use, newest[one.use] is not one or one.revoked_at is not None)
        for one in sorted(every, key=lambda one: one.use)
        if one.voided_by == fact.id
    ]
