"""From rows to what the API answers."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, Source, UrgentAction
from models.consents import Consent
from models.documents import Document, DocumentText
from models.lifecycle import Decision, Phase
from models.records import AuditEvent
from models.vocabulary import Answer, PassageReason
from storage import actions, documents, duplicates, people, records, reports, sign_on, targets
from storage.consents import newest_consents, passages
from storage.expiry import expiry_of
from storage.sign_on_plans import plan_of_sign_on
from storage.signatures import Answered, answer_counts, count_organisations
from storage.standing import attested, phase_of, plan_of, standing_of
from web.schemas import (
    ActionSummary,
    ActionView,
    AttestationsView,
    ConsentView,
    DispatchView,
    DocumentView,
    EventView,
    PersonView,
    PossibleDuplicateView,
    SignOnView,
    SourceView,
    TextView,
    UnreachableTarget,
)
from web.sign_on_schemas import SignatureList, SignatureView


def summary(action: UrgentAction) -> ActionSummary:
    """Show an action in a list; one that was stopped shows so before its workflow does."""
    return ActionSummary(
        reference=action.reference,
        title=action.title,
        urgency=action.urgency,
        phase=phase_of(action),
        on_hold=action.held_at is not None,
        created_at=action.created_at,
        released_at=action.released_at,
        closed_at=action.closed_at,
    )


async def whole(session: AsyncSession, action: UrgentAction, time_zone: str) -> ActionView:
    """Show what is not sealed, as new as its revision or newer: who waits for the next one misses nothing."""
    revision = await records.revision(session, action.id)
    await session.refresh(action)
    current = await documents.current_version(session, action.id)
    texts = await documents.texts_of(session, current.version.id)
    return ActionView(
        **summary(action).model_dump(),
        revision=revision,
        expires_at=_expires_at(action, time_zone),
        country=action.country,
        region=action.region,
        occurred_on=action.occurred_on,
        concerns=action.concerns,
        languages=action.languages,
        people_at_risk=await _people_at_risk(session, action),
        sources=[_source(one) for one in await actions.sources(session, action.id)],
        risk_level=(await actions.risk_assessment(session, action.id)).level,
        possible_duplicates=[
            PossibleDuplicateView(**one._asdict())
            for one in await duplicates.duplicates_of(session, action.id)
        ],
        document=DocumentView(
            index=f"{action.reference}/{current.document.number}",
            kind=current.document.kind,
            version=current.version.number,
            digest=current.version.digest.hex(),
            approved=await documents.approved_languages(session, action, current.version),
            texts=[text(texts[language]) for language in sorted(texts, key=language_order(action))],
        ),
        attestations=await attestations(session, action),
        consent_revision=action.consent_revision,
        releasable=(await standing_of(session, action, Decision.RELEASE)).releasable,
        sign_on=await _sign_on(session, action, current.document),
        dispatches=[_dispatch(counts) for counts in await reports.dispatch_counts(session, action.id)],
        unreachable_targets=await unreachable(session, action),
    )


def _expires_at(action: UrgentAction, time_zone: str) -> datetime | None:
    """Tell when an action expires, while it is followed up."""
    is_followed_up = phase_of(action) is Phase.FOLLOWING_UP and action.released_at
    return expiry_of(action, action.released_at, time_zone) if is_followed_up and action.released_at else None


async def unreachable(session: AsyncSession, action: UrgentAction) -> list[UnreachableTarget]:
    """Show the targets that a release would not reach, by their names in the action's own language."""
    first, *_ = action.languages
    return [
        UnreachableTarget(
            number=one.number, office=one.offices.get(first) or next(iter(one.offices.values()))
        )
        for one in await targets.unreachable_targets(session, action)
    ]


async def attestations(session: AsyncSession, action: UrgentAction) -> AttestationsView:
    """Show how many attested."""
    current = await documents.current_version(session, action.id)
    people, required = await attested(session, action, current.version)
    return AttestationsView(count=people, required=required)


async def events(session: AsyncSession, found: list[AuditEvent]) -> list[EventView]:
    """Show audit events with the names of the people who decided."""
    names = await people.names_of(session, {event.person_id for event in found if event.person_id})
    return [
        EventView(
            sequence=event.sequence or 0,
            at=event.at,
            kind=event.kind,
            person=names.get(event.person_id) if event.person_id else None,
            detail=event.detail,
        )
        for event in found
    ]


def signatures(listed: list[Answered]) -> SignatureList:
    """Show the invited partners; those who are not named stand last, so that their place does not name them.

    Beside a withheld signature nobody is named who has not answered: else it would be that of who is left.
    """
    withheld_in = {one.document.id for one in listed if one.signature and one.signature.is_hidden}
    shown = [_signature(one, is_told=one.document.id not in withheld_in) for one in listed]
    return SignatureList(signatures=sorted(shown, key=lambda one: (one.partner is None, one.answer or "")))


def _signature(one: Answered, *, is_told: bool) -> SignatureView:
    """Show an invited partner; `is_told` is whether its silence may be."""
    given = one.signature
    hidden = given.is_hidden if given else not is_told
    return SignatureView(
        document=one.document.number,
        partner=None if hidden else one.partner.name,
        country=None if hidden else one.partner.country,
        answer=given and given.answer,
        visibility=given and given.visibility,
        answered_at=given.answered_at if given and not hidden else None,
        late=given and given.late,
        for_newest_text=given and given.digest == one.newest,
        disowned=given and given.disowned,
        doubted=given and given.doubted_at is not None,
        by_mandate=given and given.by_mandate_of is not None,
    )


async def _people_at_risk(session: AsyncSession, action: UrgentAction) -> list[PersonView]:
    consents = await newest_consents(session, action.id)
    passed = {one.person_at_risk_id: one.because for one in await passages(session, action.id)}
    return [
        _person(
            person,
            [consent for consent in consents if consent.person_at_risk_id == person.id],
            passed.get(person.id),
        )
        for person in await actions.people_at_risk(session, action.id)
    ]


def _person(person: PersonAtRisk, consents: list[Consent], passed: PassageReason | None) -> PersonView:
    return PersonView(
        kind=person.kind,
        visibility=person.visibility,
        display_name=person.display_name,
        consent_passed=passed,
        consents=[_consent(consent) for consent in consents],
    )


def _consent(consent: Consent) -> ConsentView:
    return ConsentView(**consent.model_dump(include=set(ConsentView.model_fields)))


def _source(source: Source) -> SourceView:
    return SourceView(kind=source.kind, received_on=source.received_on)


def language_order(action: UrgentAction) -> Callable[[str], tuple[int, str]]:
    """Order languages as the action does, with those that it does not name behind."""
    places = {language: place for place, language in enumerate(action.languages)}
    return lambda language: (places.get(language, len(places)), language)


def text(row: DocumentText) -> TextView:
    """Show a text."""
    return TextView(**row.model_dump(include=set(TextView.model_fields)))


def _dispatch(counts: reports.DispatchCounts) -> DispatchView:
    dispatch = counts.dispatch
    return DispatchView(
        purpose=dispatch.purpose,
        round=dispatch.round,
        size=dispatch.size,
        frozen_at=dispatch.frozen_at,
        channels=counts.channels,
    )


async def _sign_on(session: AsyncSession, action: UrgentAction, document: Document) -> SignOnView | None:
    plan = plan_of_sign_on(action, document) or (await plan_of(session, action.id)).sign_on
    if plan is None:
        return None
    status = await sign_on.sign_on_status(session, document.id)
    given = await answer_counts(session, document.id)
    newest = await documents.version_of(session, document.id)
    return SignOnView(
        invited=status.invited,
        signed=status.signed,
        organisations=(await count_organisations(session, document.id, newest.digest)).total,
        signed_earlier=given.get(Answer.SIGNED, 0) - status.signed,
        declined=given.get(Answer.DECLINED, 0),
        withdrawn=given.get(Answer.WITHDRAWN, 0),
        quorum=plan.quorum,
        policy=plan.release,
        opened_at=document.sign_on_opened_at,
        closes_at=document.sign_on_closes_at,
        ended_at=document.sign_on_ended_at,
    )
