"""What of a case a mechanism may be told: by consent, person by person, where the gate allows it."""

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.consents import Consent
from models.documents import DocumentText
from models.drafts import AllowedPerson, SubmittedCase
from models.records import EventKind
from models.vocabulary import Concern, ConsentUse, Urgency, Visibility
from security.naming import KnownPerson, LiveUses, open_identity
from storage.actions import people_at_risk
from storage.consents import is_asked_again, is_live, live_uses, newest_consents
from storage.documents import leading_version, texts_of
from storage.records import record
from storage.submissions import missing_for, written_to
from web.authentication import Caller
from web.errors import ApiError
from web.readers import remedy_of_check
from web.services import Services

_READ: Final = {"fields": ["identities"], "why": "submitting"}


class LeftOut(NamedTuple):
    """Somebody who is not in a draft, by her position in the case, and why."""

    position: int
    why: str


class Material(NamedTuple):
    """What a draft is made of, and whom it must not name."""

    case: SubmittedCase
    people: list[KnownPerson]
    named: frozenset[UUID]
    left_out: list[LeftOut]


async def material_of(
    session: AsyncSession, services: Services, action: UrgentAction, caller: Caller, language: str | None
) -> Material:
    """Read what a mechanism may be told of a case now; whoever opens identities by it is written down.

    Raises:
        ApiError: the gate, or every consent, is missing.
    """
    text = await _text(session, action, language or action.languages[0])
    consents = await newest_consents(session, action.id)
    live = live_uses(consents, action)
    asked = {one.person_at_risk_id: one for one in consents if one.use is ConsentUse.MECHANISMS}
    await record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, _READ)
    people = [open_identity(services.cipher, one) for one in await people_at_risk(session, action.id)]
    reasons = {one.person.id: _why_left_out(one, asked.get(one.person.id), action) for one in people}
    left_out = [LeftOut(one.person.position, why) for one in people if (why := reasons[one.person.id])]
    allowing = [one for one in people if reasons[one.person.id] is None]
    if not allowing:
        raise _nobody_allows(left_out)
    told = tuple(_allowed(one, asked[one.person.id], live, text.language) for one in allowing)
    offices = await written_to(session, action.id, services.time_zone)
    case = _case(action, text, told, services, tuple((one.office, one.sent_on) for one in offices))
    return Material(case, people, frozenset(one.person.id for one in allowing), left_out)


async def _text(session: AsyncSession, action: UrgentAction, language: str) -> DocumentText:
    """Return the text that the action began with, in a language, where the gate lets it go out now."""
    current = await leading_version(session, action)
    texts = await texts_of(session, current.version.id)
    if language not in texts:
        raise ApiError(
            409,
            "The case has no text in this language.",
            f"Ask for one of its own: {', '.join(action.languages)}.",
        )
    missing = await missing_for(session, action, current.version, language)
    if missing:
        raise ApiError(409, "This case may not be submitted now.", remedy_of_check(missing[0]))
    return texts[language]


def _why_left_out(one: KnownPerson, consent: Consent | None, action: UrgentAction) -> str | None:
    """Say why somebody may not be in a draft, or None."""
    if consent is None:
        return "never_asked"
    if not is_live(consent, action):
        if not consent.given:
            return "refused"
        if consent.revoked_at is not None:
            return "revoked"
        return "asked_again" if is_asked_again(consent, action) else "expired"
    return "withheld" if one.person.visibility is Visibility.WITHHELD else None


def _nobody_allows(left_out: list[LeftOut]) -> ApiError:
    people = ", ".join(f"people_at_risk.{one.position} ({one.why})" for one in left_out)
    return ApiError(
        409,
        "Nobody in this case allows that it is submitted.",
        f"Needed is a consent for `mechanisms` that holds today; missing of {people}."
        " Ask her: starter.py consents add REF; show her otherwise where she is withheld:"
        " starter.py people visibility REF.",
    )


def _allowed(one: KnownPerson, consent: Consent, live: LiveUses, language: str) -> AllowedPerson:
    person = one.person
    return AllowedPerson(
        name=one.identity.name,
        shown_as=person.display_name if person.visibility is Visibility.PSEUDONYM else None,
        role=person.roles.get(language, ""),
        given_by=consent.given_by,
        given_on=consent.given_on,
        to_authorities=(person.id, ConsentUse.NAME_TO_AUTHORITIES) in live,
        in_public=(person.id, ConsentUse.NAME_IN_PUBLIC) in live,
    )


def _case(
    action: UrgentAction,
    text: DocumentText,
    people: tuple[AllowedPerson, ...],
    services: Services,
    offices: tuple[tuple[str, date], ...],
) -> SubmittedCase:
    return SubmittedCase(
        reference=action.reference,
        language=text.language,
        dated=now().astimezone(ZoneInfo(services.time_zone)).date(),
        network=services.renderer.network_name,
        country=action.country,
        region=action.region,
        occurred_on=action.occurred_on,
        concerns=tuple(map(Concern, action.concerns)),
        urgency=Urgency(action.urgency),
        headline=text.headline,
        summary=text.summary,
        body=text.body,
        background=text.background,
        demands=tuple(text.demands),
        people=people,
        written_to=offices,
    )
