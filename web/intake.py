"""From a case as it was handed in to the rows that keep it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from sqlmodel import SQLModel

from models.actions import Consent, PersonAtRisk, RiskAssessment, Source, UrgentAction
from models.case import CaseFile, canonical_tree
from models.case_parts import PersonAtRisk as PersonEntry
from models.documents import (
    Document,
    DocumentText,
    DocumentVersion,
    Target,
    TargetAddress,
    digest_of,
)
from models.vocabulary import DocumentKind, Visibility
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.sealed_places import facts_place, identity_place, risk_place, source_place


@dataclass(frozen=True)
class Intake:
    """Turns one case into rows; identities, facts and sources are sealed on the way."""

    case: CaseFile
    author_id: UUID
    cipher: FieldCipher
    fingerprint: AddressFingerprint

    def body_digest(self) -> bytes:
        """Compute the SHA-256 by which a repeated intake is known."""
        return sha256(json.dumps(canonical_tree(self.case), sort_keys=True).encode()).digest()

    def action(self, year: int, number: int) -> UrgentAction:
        """Make the row of the action itself."""
        case, action_id = self.case, uuid4()
        tree = canonical_tree(case)
        return UrgentAction(
            id=action_id,
            reference=f"UA-{year}-{number:03}",
            year=year,
            number=number,
            title=case.title,
            urgency=case.urgency,
            concerns=[concern.value for concern in case.concerns],
            languages=list(case.languages),
            country=case.event.country,
            region=case.event.region,
            occurred_on=case.event.occurred_on,
            sealed_facts=self.cipher.seal(case.event.facts, context=facts_place(action_id)),
            author_id=self.author_id,
            policy={part: tree.get(part) for part in ("sign_on", "release", "follow_up")},
        )

    def generations(self, action: UrgentAction) -> list[Sequence[SQLModel]]:
        """List all rows of the case, each generation referring to those before it."""
        people = [self._person(action, *entry) for entry in enumerate(self.case.people_at_risk)]
        document = Document(action_id=action.id, number=1, kind=DocumentKind.ACTION)
        texts = self._texts()
        version = DocumentVersion(
            document_id=document.id, number=1, digest=digest_of(texts), created_by=self.author_id
        )
        for text in texts:
            text.version_id = version.id
        targets = self._targets(action)
        return [
            [action],
            [*people, document, *self._sources(action), self._risk(action), *targets],
            [*self._consents(people), version, *self._addresses(targets)],
            texts,
        ]

    def _person(self, action: UrgentAction, position: int, entry: PersonEntry) -> PersonAtRisk:
        person_id = uuid4()
        identity = {"name": entry.name, "aliases": list(entry.aliases), "private": dict(entry.private or {})}
        return PersonAtRisk(
            id=person_id,
            action_id=action.id,
            position=position,
            kind=entry.kind,
            visibility=entry.visibility,
            display_name=_display_name(entry),
            roles=dict(entry.role),
            sealed_identity=self.cipher.seal(
                json.dumps(identity, ensure_ascii=False), context=identity_place(person_id)
            ),
        )

    def _consents(self, people: list[PersonAtRisk]) -> list[Consent]:
        return [
            Consent(
                person_at_risk_id=person.id,
                use=consent.use,
                given=consent.given,
                given_by=consent.given_by,
                method=consent.method,
                given_on=consent.on,
                valid_until=consent.until,
            )
            for person, entry in zip(people, self.case.people_at_risk, strict=True)
            for consent in entry.consents
        ]

    def _sources(self, action: UrgentAction) -> list[Source]:
        rows = []
        for source in self.case.sources:
            source_id = uuid4()
            detail = json.dumps({"name": source.name, "note": source.note}, ensure_ascii=False)
            sealed = self.cipher.seal(detail, context=source_place(source_id))
            rows.append(
                Source(
                    id=source_id,
                    action_id=action.id,
                    kind=source.kind,
                    received_on=source.received_on,
                    sealed_detail=sealed,
                )
            )
        return rows

    def _risk(self, action: UrgentAction) -> RiskAssessment:
        risk_id, risk = uuid4(), self.case.risk_assessment
        sealed = self.cipher.seal(risk.note, context=risk_place(risk_id))
        return RiskAssessment(id=risk_id, action_id=action.id, level=risk.level, sealed_note=sealed)

    def _texts(self) -> list[DocumentText]:
        """Make the texts of the document; the title is in the action's own language, others go by summary."""
        first, *_ = self.case.languages
        return [
            DocumentText(
                version_id=uuid4(),
                language=language,
                headline=self.case.title if language == first else text.summary,
                summary=text.summary,
                body=text.body,
                background=text.background,
                demands=[demand[language] for demand in self.case.demands],
            )
            for language, text in self.case.texts.items()
        ]

    def _targets(self, action: UrgentAction) -> list[Target]:
        return [
            Target(
                action_id=action.id,
                position=position,
                kind=target.kind,
                offices=dict(target.office),
                holder=target.holder,
                salutations=dict(target.salutation),
                language=target.language,
                replies_within=target.replies_within,
            )
            for position, target in enumerate(self.case.targets)
        ]

    def _addresses(self, targets: list[Target]) -> list[TargetAddress]:
        return [
            TargetAddress(
                target_id=row.id,
                position=position,
                channel=address.channel,
                address=address.value,
                fingerprint=self.fingerprint.of(address.channel, address.value),
                source=address.source,
                checked_on=address.checked_on,
                valid_until=address.valid_until,
            )
            for row, target in zip(targets, self.case.targets, strict=True)
            for position, address in enumerate(target.addresses)
        ]


def _display_name(entry: PersonEntry) -> str | None:
    names = {Visibility.NAMED: entry.name, Visibility.PSEUDONYM: entry.pseudonym, Visibility.WITHHELD: None}
    return names[entry.visibility]
