"""Answers about consents as the API gives them, built from the server's own schemas."""

from datetime import UTC, date, datetime

from models.lifecycle import Decision, Phase
from models.problems import Problem
from models.vocabulary import (
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    Disclosure,
    PassageReason,
    PersonKind,
    Visibility,
)
from tests.unit.console.api_answers import REFERENCE, decided
from web.consent_schemas import (
    AppearanceView,
    ConsentRecordView,
    ConsentsView,
    ConsequencesView,
    MissingView,
    PassageView,
    PersonConsentsView,
    ReaderView,
    RevocationView,
    UseView,
)

RECORDED_AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
REMEDY = "Ask her afresh."
READERS = [
    ReaderView(
        reader=Disclosure.PUBLIC,
        may_go_out=False,
        missing=[MissingView(check="consent of the public", remedy=REMEDY)],
    ),
    ReaderView(reader=Disclosure.AUTHORITY, may_go_out=True, missing=[]),
]
LEAK = Problem(field="documents.1.texts.es.body", rule="must not hold the name", remedy="Take it out.")
PASSAGE = PassageView(
    because=PassageReason.DISAPPEARANCE, happened_on=date(2026, 3, 4), recorded_at=RECORDED_AT
)


def record(use: ConsentUse, *, given: bool, has_reason: bool = False) -> ConsentRecordView:
    return ConsentRecordView(
        use=use,
        given=given,
        given_by=ConsentGiver.NOT_OBTAINABLE if has_reason else ConsentGiver.FAMILY,
        method=ConsentMethod.PHONE,
        given_on=date(2026, 3, 5),
        valid_until=None,
        revoked_at=None,
        has_reason=has_reason,
        recorded_at=RECORDED_AT,
        recorded_by="Ana Ejemplo",
    )


def listed() -> ConsentsView:
    named, photograph = ConsentUse.NAME_IN_PUBLIC, ConsentUse.PHOTOGRAPH
    luna = PersonConsentsView(
        position=0,
        kind=PersonKind.PERSON,
        visibility=Visibility.PSEUDONYM,
        display_name="Luna",
        passage=PASSAGE,
        uses=[
            UseView(use=named, live=False, records=[record(named, given=False), record(named, given=True)]),
            UseView(use=photograph, live=True, records=[record(photograph, given=True, has_reason=True)]),
        ],
    )
    family = PersonConsentsView(
        position=1,
        kind=PersonKind.FAMILY,
        visibility=Visibility.WITHHELD,
        display_name=None,
        passage=None,
        uses=[],
    )
    return ConsentsView(reference=REFERENCE, people=[luna, family], readers=READERS)


def consequences(decision: Decision = Decision.EDIT, *, informed: bool = True) -> ConsequencesView:
    told = decided(decision, Phase.VERIFYING, informed=informed)
    return ConsequencesView(**told.model_dump(), readers=READERS)


def revocation(revoked: int) -> RevocationView:
    return RevocationView(**consequences(Decision.REVOKE).model_dump(), revoked=revoked)


def appearance(*leaks: Problem) -> AppearanceView:
    return AppearanceView(
        **consequences().model_dump(),
        person=1,
        visibility=Visibility.PSEUDONYM,
        display_name="Jacaranda",
        leaks=list(leaks),
    )
