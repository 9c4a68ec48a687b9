"""What a verifier is shown of a case, opened from its sealed columns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, Source, UrgentAction
from models.columns import now
from models.consents import Consent, ConsentPassage
from models.documents import DocumentText
from models.lifecycle import Decision
from models.verification import CONSENT, FACTS, confirmable
from models.vocabulary import ConsentUse, DocumentKind, RenderingKind
from security.fields import FieldCipher
from security.naming import open_identity
from security.sealed_places import consent_place, facts_place, risk_place, source_place
from storage import actions, case_files, consents, decisions, documents
from storage.documents import CurrentVersion
from storage.verification import OpenedRequest
from web.views import language_order

Opened = dict[str, Any]
"""A part of a case as the page shows it: texts, words of the vocabularies, and days."""


class GivenConsent(NamedTuple):
    """A consent that was given, whether it has been taken back since or not."""

    person: PersonAtRisk
    use: ConsentUse


class Behind(NamedTuple):
    """What stands behind a text, and the consents in it by their names on the page."""

    tree: Opened
    given: dict[str, GivenConsent]


@dataclass(frozen=True)
class CaseShown:
    """The newest document, what stands behind it, and what may be answered now."""

    opened: OpenedRequest
    current: CurrentVersion
    texts: Sequence[DocumentText]
    behind: Behind
    answers: frozenset[Decision]

    @property
    def is_notice(self) -> bool:
        """Tell whether it is the notice of an end, behind which stands nothing."""
        return self.current.document.kind is DocumentKind.STOP_ACTION

    @property
    def is_hers(self) -> bool:
        """Tell whether she wrote the case or the text herself."""
        return self.opened.person.id in {self.opened.action.author_id, self.current.version.created_by}

    @property
    def digest(self) -> str:
        """Return the digest of its texts."""
        return self.current.version.digest.hex()

    @property
    def seen(self) -> str:
        """Return the SHA-256 of what stands behind the text, by which a later look tells what has changed."""
        tree = json.dumps(self.behind.tree, ensure_ascii=False, sort_keys=True, default=str)
        return sha256(tree.encode()).hexdigest()

    @property
    def confirmable(self) -> list[str]:
        """List what can be confirmed: of a notice, its texts alone."""
        everything = confirmable([text.language for text in self.texts])
        return [one for one in everything if not (self.is_notice and one in {FACTS, CONSENT})]


async def read_case(session: AsyncSession, cipher: FieldCipher, opened: OpenedRequest) -> CaseShown:
    """Read what a request is about, as it is now."""
    action = opened.action
    current = await documents.current_version(session, action.id)
    texts = await documents.texts_of(session, current.version.id)
    is_notice = current.document.kind is DocumentKind.STOP_ACTION
    reader = _Reader(session, cipher, action)
    return CaseShown(
        opened=opened,
        current=current,
        texts=[texts[language] for language in sorted(texts, key=language_order(action))],
        behind=Behind({}, {}) if is_notice else await reader.behind(current.version.id),
        answers=await _answers(session, action),
    )


async def _answers(session: AsyncSession, action: UrgentAction) -> frozenset[Decision]:
    possible = (Decision.ATTEST, Decision.RETURN, Decision.REJECT)
    return frozenset([one for one in possible if not await decisions.refusal(session, action, one)])


class _Reader:
    """Opens what is sealed of one case."""

    def __init__(self, session: AsyncSession, cipher: FieldCipher, action: UrgentAction) -> None:
        self._session = session
        self._cipher = cipher
        self._action = action

    async def behind(self, version_id: UUID) -> Behind:
        """Open all that stands behind a version."""
        session, action = self._session, self._action
        people = await actions.people_at_risk(session, action.id)
        newest = sorted(await consents.newest_consents(session, action.id), key=_place_of_use)
        of = {person.id: [one for one in newest if one.person_at_risk_id == person.id] for person in people}
        tree = {
            "facts": self._cipher.open(action.sealed_facts, context=facts_place(action.id)),
            "people": await self._people(version_id, people, of),
            "sources": [self._source(one) for one in await actions.sources(session, action.id)],
            "risk": await self._risk(),
        }
        given = {
            _name_of(person, one): GivenConsent(person, one.use)
            for person in people
            for one in of[person.id]
            if one.given
        }
        return Behind(tree, given)

    async def _people(
        self, version_id: UUID, people: Sequence[PersonAtRisk], of: dict[UUID, list[Consent]]
    ) -> list[Opened]:
        renderings = await documents.renderings_of(self._session, version_id)
        told = {one for each in renderings if each.kind is RenderingKind.IDENTIFIED for one in each.people}
        passed = {
            one.person_at_risk_id: one for one in await consents.passages(self._session, self._action.id)
        }
        return [
            {
                **self._person(person, told=person.id in told),
                **_passage(passed.get(person.id)),
                "consents": [self._consent(person, one) for one in of[person.id]],
            }
            for person in people
        ]

    def _person(self, person: PersonAtRisk, *, told: bool) -> Opened:
        return {
            "kind": person.kind.value,
            "visibility": person.visibility.value,
            "shown_as": person.display_name,
            "roles": person.roles,
            "told_as": open_identity(self._cipher, person).identity.name if told else None,
        }

    def _consent(self, person: PersonAtRisk, consent: Consent) -> Opened:
        sealed, place = consent.sealed_reason, consent_place(consent.id)
        return {
            "name": _name_of(person, consent),
            "use": consent.use.value,
            "state": _state(consent, self._action),
            "given_by": consent.given_by.value,
            "method": consent.method.value,
            "given_on": consent.given_on,
            "valid_until": consent.valid_until,
            "reason": self._cipher.open(sealed, context=place) if sealed else None,
        }

    def _source(self, source: Source) -> Opened:
        detail = json.loads(self._cipher.open(source.sealed_detail, context=source_place(source.id)))
        return {
            "kind": source.kind.value,
            "received_on": source.received_on,
            "name": detail["name"],
            "note": detail["note"],
        }

    async def _risk(self) -> Opened:
        risk = await case_files.newest_risk(self._session, self._action.id)
        note = self._cipher.open(risk.sealed_note, context=risk_place(risk.id))
        return {"level": risk.level.value, "note": note}


def _place_of_use(consent: Consent) -> int:
    return list(ConsentUse).index(consent.use)


def _name_of(person: PersonAtRisk, consent: Consent) -> str:
    return f"{person.position}:{consent.use}"


def _passage(passage: ConsentPassage | None) -> Opened:
    return {
        "passed": passage.because.value if passage else None,
        "passed_on": passage.happened_on if passage else None,
    }


def _state(consent: Consent, action: UrgentAction) -> str:
    if not consent.given:
        return "refused"
    if consent.revoked_at:
        return "revoked"
    if consents.is_live(consent, action):
        return "live"
    return "expired" if consent.valid_until and consent.valid_until < now().date() else "asked_afresh"
