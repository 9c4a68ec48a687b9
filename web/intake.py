"""From a case as it was handed in to the rows that keep it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from sqlmodel import SQLModel

from models.actions import PersonAtRisk, RiskAssessment, Source, UrgentAction
from models.case import CaseFile, canonical_tree
from models.case_parts import RiskAssessment as RiskEntry
from models.case_parts import Source as SourceEntry
from models.case_parts import Target as TargetEntry
from models.case_parts import TargetAddress as AddressEntry
from models.case_people import Consent as ConsentEntry
from models.case_people import PersonAtRisk as PersonEntry
from models.consents import Consent
from models.documents import Document, DocumentText, Target, TargetAddress
from models.verification import VerificationPolicy
from models.vocabulary import DocumentKind
from security.fields import FieldCipher
from security.fingerprints import AddressFingerprint
from security.naming import Identity, KnownPerson
from security.sealed_places import consent_place, facts_place, risk_place, source_place
from storage.consents import live_uses
from web.page_weight import refuse_heavy
from web.versions import new_version


@dataclass(frozen=True)
class Intake:
    """Turns one case into rows; identities, facts and sources are sealed on the way."""

    case: CaseFile
    author_id: UUID
    cipher: FieldCipher
    fingerprint: AddressFingerprint
    policy: VerificationPolicy

    def body_digest(self) -> bytes:
        """Compute the SHA-256 by which a repeated intake is known."""
        tree = canonical_tree(self.case)
        if not tree["follow_up"]["milestones"]:
            # Cases had none once: what was handed in before an upgrade is known after it.
            del tree["follow_up"]["milestones"]
        return sha256(json.dumps(tree, sort_keys=True).encode()).digest()

    def action(self, year: int, number: int) -> UrgentAction:
        """Make the row of the action itself."""
        case, action_id = self.case, uuid4()
        tree = canonical_tree(case)
        del tree["follow_up"]["milestones"]  # their notes are private; they have rows of their own
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
            policy={
                **{part: tree.get(part) for part in ("sign_on", "release", "follow_up", "escalation")},
                "verification": self.policy.model_dump(
                    mode="json", include={"remind_after", "escalate_after"}
                ),
            },
            sources_required=self.policy.sources,
            direct_sources_required=self.policy.direct_sources,
            attestations_required=self.policy.attestations,
            approvals_required=self.policy.approvals,
        )

    def generations(self, action: UrgentAction) -> list[Sequence[SQLModel]]:
        """List all rows of the case, each generation referring to those before it."""
        known = [
            person_row(entry, action.id, position, self.cipher)
            for position, entry in enumerate(self.case.people_at_risk)
        ]
        people = [one.person for one in known]
        consents = self._consents(people)
        document = Document(action_id=action.id, number=1, kind=DocumentKind.ACTION)
        texts = self._texts()
        if self.case.sign_on:
            refuse_heavy(texts)
        new = new_version(document.id, texts, self.author_id, known, live_uses(consents, action))
        risk = risk_row(self.case.risk_assessment, action.id, self.cipher)
        targets = [target_row(entry, action.id, position) for position, entry in enumerate(self.case.targets)]
        return [
            [action],
            [*people, document, *self._sources(action), risk, *targets],
            [*consents, new.version, *self._addresses(targets)],
            [*new.texts, *new.renderings],
        ]

    def _consents(self, people: list[PersonAtRisk]) -> list[Consent]:
        return [
            consent_row(consent, person, self.author_id, self.cipher)
            for person, entry in zip(people, self.case.people_at_risk, strict=True)
            for consent in entry.consents
        ]

    def _sources(self, action: UrgentAction) -> list[Source]:
        return [source_row(source, action.id, self.cipher) for source in self.case.sources]

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

    def _addresses(self, targets: list[Target]) -> list[TargetAddress]:
        return [
            address_row(address, row.id, position, self.fingerprint)
            for row, target in zip(targets, self.case.targets, strict=True)
            for position, address in enumerate(target.addresses)
        ]


def person_row(entry: PersonEntry, action_id: UUID, position: int, cipher: FieldCipher) -> KnownPerson:
    """Make the row of a person at risk; who she is, is sealed."""
    person_id = uuid4()
    identity = Identity(entry.name, entry.aliases, entry.private)
    person = PersonAtRisk(
        id=person_id,
        action_id=action_id,
        position=position,
        kind=entry.kind,
        visibility=entry.visibility,
        display_name=identity.shown_as(entry.visibility, entry.pseudonym),
        roles=dict(entry.role),
        sealed_identity=identity.sealed(cipher, person_id),
    )
    return KnownPerson(person, identity)


def risk_row(entry: RiskEntry, action_id: UUID, cipher: FieldCipher) -> RiskAssessment:
    """Make the row of a risk assessment; its note is sealed."""
    risk_id = uuid4()
    sealed = cipher.seal(entry.note, context=risk_place(risk_id))
    return RiskAssessment(id=risk_id, action_id=action_id, level=entry.level, sealed_note=sealed)


def target_row(entry: TargetEntry, action_id: UUID, position: int) -> Target:
    """Make the row of a target."""
    return Target(
        action_id=action_id,
        position=position,
        kind=entry.kind,
        offices=dict(entry.office),
        holder=entry.holder,
        salutations=dict(entry.salutation),
        language=entry.language,
        mechanism=entry.mechanism,
        replies_within=entry.replies_within,
    )


def address_row(
    entry: AddressEntry, target_id: UUID, position: int, fingerprint: AddressFingerprint
) -> TargetAddress:
    """Make the row of an address of a target."""
    return TargetAddress(
        target_id=target_id,
        position=position,
        channel=entry.channel,
        address=entry.value,
        fingerprint=fingerprint.of(entry.channel, entry.value),
        source=entry.source,
        checked_on=entry.checked_on,
        valid_until=entry.valid_until,
    )


def source_row(entry: SourceEntry, action_id: UUID, cipher: FieldCipher) -> Source:
    """Make the row of a source; who it is is sealed."""
    source_id = uuid4()
    detail = json.dumps({"name": entry.name, "note": entry.note}, ensure_ascii=False)
    return Source(
        id=source_id,
        action_id=action_id,
        kind=entry.kind,
        received_on=entry.received_on,
        sealed_detail=cipher.seal(detail, context=source_place(source_id)),
    )


def consent_row(entry: ConsentEntry, person: PersonAtRisk, recorded_by: UUID, cipher: FieldCipher) -> Consent:
    """Make the row of a consent; why it cannot be obtained is sealed."""
    consent_id = uuid4()
    place = consent_place(consent_id)
    return Consent(
        id=consent_id,
        person_at_risk_id=person.id,
        use=entry.use,
        given=entry.given,
        given_by=entry.given_by,
        method=entry.method,
        given_on=entry.on,
        valid_until=entry.until,
        sealed_reason=cipher.seal(entry.reason, context=place) if entry.reason else None,
        recorded_by=recorded_by,
    )
