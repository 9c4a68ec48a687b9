"""What a verifier is shown of a case, opened from its sealed columns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.consents import Consent, ConsentPassage
from models.documents import DocumentText
from models.lifecycle import Decision
from models.verification import CONSENT, FACTS, confirmable
from models.vocabulary import ConsentUse, RenderingKind
from security.fields import FieldCipher
from security.naming import open_identity
from security.sealed_places import facts_place, risk_place
from storage import actions, consents, decisions, documents, verification
from storage.documents import CurrentVersion
from storage.verification import OpenedRequest
from web.private import opened_family, opened_objection, opened_reason, opened_source
from web.views import language_order

Opened = dict[str, Any]
"""A part of a case as the page shows it: texts, words of the vocabularies, and days."""


class GivenConsent(NamedTuple):
    """A consent that was given, whether it has been taken back since or not."""

    person: PersonAtRisk
    use: ConsentUse


class Behind(NamedTuple):
    """What stands behind a text, the consents in it by their names on the page, and what was opened."""

    tree: Opened
    given: dict[str, GivenConsent]
    private: list[str]


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
        return self.current.document.is_notice

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
        marked = self.current.version.editorial_of is not None
        everything = confirmable([text.language for text in self.texts], editorial=marked)
        return [one for one in everything if not (self.is_notice and one in {FACTS, CONSENT})]


async def read_case(session: AsyncSession, cipher: FieldCipher, opened: OpenedRequest) -> CaseShown:
    """Read what a request is about, as it is now."""
    action = opened.action
    current = await documents.current_version(session, action.id)
    texts = await documents.texts_of(session, current.version.id)
    is_notice = current.document.is_notice
    reader = _Reader(session, cipher, action)
    return CaseShown(
        opened=opened,
        current=current,
        texts=[texts[language] for language in sorted(texts, key=language_order(action))],
        behind=Behind({}, {}, []) if is_notice else await reader.behind(current.version.id),
        answers=await _answers(session, action),
    )


async def objections_to(session: AsyncSession, cipher: FieldCipher, case: CaseShown) -> list[Opened]:
    """Open what verifiers had against a case, newest first; of a notice, nothing."""
    if case.is_notice:
        return []
    found = await verification.objections(session, case.opened.action.id)
    return [opened_objection(one, cipher).model_dump() for one in found]


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
        shown = await self._people(version_id, people, of)
        tree = {
            "facts": self._cipher.open(action.sealed_facts, context=facts_place(action.id)),
            "people": shown,
            "sources": [
                opened_source(one, self._cipher).model_dump()
                for one in await actions.sources(session, action.id)
            ],
            "risk": await self._risk(),
        }
        given = {
            _name_of(person, one): GivenConsent(person, one.use)
            for person in people
            for one in of[person.id]
            if one.given
        }
        return Behind(tree, given, _private_in(shown))

    async def _people(
        self, version_id: UUID, people: Sequence[PersonAtRisk], of: dict[UUID, list[Consent]]
    ) -> list[Opened]:
        session, action_id = self._session, self._action.id
        renderings = await documents.renderings_of(session, version_id)
        told = {one for each in renderings if each.kind is RenderingKind.IDENTIFIED for one in each.people}
        passed = {one.person_at_risk_id: one for one in await consents.passages(session, action_id)}
        return [
            {
                **self._person(person, told=person.id in told),
                "passed": self._passage(passed[person.id]) if person.id in passed else None,
                "consents": [self._consent(person, one) for one in of[person.id]],
            }
            for person in people
        ]

    def _person(self, person: PersonAtRisk, *, told: bool) -> Opened:
        return {
            **person.model_dump(include={"kind", "visibility", "roles"}),
            "shown_as": person.display_name,
            "told_as": open_identity(self._cipher, person).identity.name if told else None,
        }

    def _passage(self, passage: ConsentPassage) -> Opened:
        family = opened_family(passage, self._cipher).model_dump()
        return {**passage.model_dump(include={"because", "happened_on"}), **family}

    def _consent(self, person: PersonAtRisk, consent: Consent) -> Opened:
        shown = {"use", "given_by", "method", "given_on", "valid_until"}
        return {
            **consent.model_dump(include=shown),
            "name": _name_of(person, consent),
            "state": _state(consent, self._action),
            "reason": opened_reason(consent, self._cipher).reason if consent.sealed_reason else None,
        }

    async def _risk(self) -> Opened:
        risk = await actions.risk_assessment(self._session, self._action.id)
        note = self._cipher.open(risk.sealed_note, context=risk_place(risk.id))
        return {"level": risk.level, "note": note}


def _private_in(people: Sequence[Opened]) -> list[str]:
    """Name what was opened, in the words of the audit trail."""
    opened = {
        "identities": any(person["told_as"] for person in people),
        "families": any(person["passed"] for person in people),
        "consent_reasons": any(consent["reason"] for person in people for consent in person["consents"]),
    }
    return ["facts", *(field for field, some in opened.items() if some), "sources", "risk_note"]


def _place_of_use(consent: Consent) -> int:
    return list(ConsentUse).index(consent.use)


def _name_of(person: PersonAtRisk, consent: Consent) -> str:
    return f"{person.position}:{consent.use}"


def _state(consent: Consent, action: UrgentAction) -> str:
    """Say what a consent is worth now, as the page tells it."""
    if not consent.given:
        return "refused"
    if consent.revoked_at:
        return "revoked"
    if consents.is_live(consent, action):
        return "live"
    return "asked_again" if consents.is_asked_again(consent, action) else "expired"
