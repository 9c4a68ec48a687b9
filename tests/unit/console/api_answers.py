"""Answers as the API gives them, built from the server's own schemas."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from werkzeug import Response

from models.attestations import ObjectionKind
from models.lifecycle import Decision, Phase
from models.messages import DeliveryState, Purpose
from models.problems import Problem
from models.records import EventKind
from models.vocabulary import (
    Answer,
    Channel,
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    DocumentKind,
    PersonKind,
    ReleasePolicy,
    RiskLevel,
    SourceKind,
    Urgency,
    Visibility,
)
from web.private import (
    PrivateAnswer,
    PrivateFamily,
    PrivateObjection,
    PrivatePerson,
    PrivateReason,
    PrivateSigner,
    PrivateSource,
    PrivateView,
)
from web.schemas import (
    ActionView,
    AttestationsView,
    ConsentView,
    DecisionView,
    DispatchView,
    DocumentView,
    EventView,
    PersonView,
    ProblemDetails,
    SignOnView,
    SourceView,
    TextView,
    Timeline,
)

REFERENCE = "UA-2026-014"
DIGEST = "9f" * 32
NOW = datetime.now(UTC)

TEXT = TextView(
    language="es",
    headline="Amenazas en Villa Ejemplo",
    summary="Dos defensoras fueron amenazadas.",
    body="**Luna** cuida el manantial.",
    background="Hay antecedentes.",
    demands=["Investigar las amenazas."],
)

SIGN_ON = SignOnView(
    invited=6,
    signed=2,
    signed_earlier=0,
    declined=1,
    withdrawn=0,
    quorum=3,
    policy=ReleasePolicy.AT_QUORUM_OR_CLOSE,
    opened_at=NOW,
    closes_at=NOW + timedelta(hours=47, minutes=59, seconds=50),
    ended_at=None,
)

CONSENT = ConsentView(
    use=ConsentUse.NAME_TO_AUTHORITIES,
    given=True,
    given_by=ConsentGiver.HERSELF,
    method=ConsentMethod.IN_PERSON,
    given_on=date(2026, 11, 17),
    valid_until=date(2027, 5, 17),
    revoked_at=None,
)

LUNA = PersonView(
    kind=PersonKind.PERSON, visibility=Visibility.PSEUDONYM, display_name="Luna", consents=[CONSENT]
)


def action(**changes: Any) -> ActionView:
    standard = {
        "reference": REFERENCE,
        "title": "Amenazas en Villa Ejemplo",
        "urgency": Urgency.IMMEDIATE,
        "phase": Phase.VERIFYING,
        "on_hold": False,
        "created_at": NOW,
        "released_at": None,
        "closed_at": None,
        "revision": 2,
        "country": "MX",
        "region": "Oaxaca",
        "occurred_on": "2026-11-19",
        "concerns": ["death_threat"],
        "languages": ["es"],
        "people_at_risk": [
            LUNA,
            PersonView(
                kind=PersonKind.FAMILY, visibility=Visibility.WITHHELD, display_name=None, consents=[]
            ),
        ],
        "sources": [SourceView(kind=SourceKind.OFFICIAL_RECORD, received_on=date(2026, 11, 18))],
        "risk_level": RiskLevel.HIGH,
        "document": document(()),
        "attestations": AttestationsView(count=1, required=2),
        "consent_revision": 1,
        "releasable": False,
        "sign_on": SIGN_ON.model_copy(update={"opened_at": None, "closes_at": None, "invited": 0}),
        "dispatches": [],
    }
    return ActionView.model_validate({**standard, **changes})


SIGNERS = [
    PrivateSigner(
        partner="Colectiva Luz de Agua",
        answer=Answer.SIGNED,
        answered_at=datetime(2026, 11, 20, 5, 0, tzinfo=UTC),
        name="Zoraida Inventada",
        role="Directora",
        proposed_by="Amparo Ficticia",
        proposed_by_role=None,
    )
]


def private() -> PrivateView:
    """Return what is sealed of it."""
    luna = PrivatePerson(
        kind=PersonKind.PERSON,
        visibility=Visibility.PSEUDONYM,
        display_name="Luna",
        name="Itzel Ejemplo Canseco",
        aliases=["Itzelita", "La Maestra"],
        private={"phone": "+52 951 000 0001", "meeting_place": "Barrio Abajo"},
        family=PrivateFamily(name="Amada Ejemplo Invento", relation="hermana", note="Así lo pidió."),
        consent_reasons=[
            PrivateReason(use=ConsentUse.MECHANISMS, recorded_at=NOW, reason="Está incomunicada.")
        ],
    )
    family = PrivatePerson(
        kind=PersonKind.FAMILY,
        visibility=Visibility.WITHHELD,
        display_name=None,
        name="Familia Ejemplo",
        aliases=[],
        private={},
        family=None,
        consent_reasons=[],
    )
    return PrivateView(
        reference=REFERENCE,
        facts="La oficina fue allanada.",
        people_at_risk=[luna, family],
        sources=[
            PrivateSource(
                kind=SourceKind.OFFICIAL_RECORD,
                received_on=date(2026, 11, 18),
                name="Registro Ejemplo",
                note="Acta sellada",
            )
        ],
        risk_level=RiskLevel.HIGH,
        risk_note="Conocen sus rutas.",
        signers=SIGNERS,
        answers=[
            PrivateAnswer(
                partner="Casa Ejemplo", answer=Answer.DECLINED, answered_at=NOW, reason="No podemos."
            ),
            PrivateAnswer(partner=None, answer=Answer.WITHDRAWN, answered_at=NOW, reason="Cambió el texto."),
        ],
        objections=[
            PrivateObjection(kind=ObjectionKind.RETURNED, raised_at=NOW, reason="Falta una segunda fuente.")
        ],
    )


def document(approved: tuple[str, ...] = ("es",), **changes: Any) -> DocumentView:
    standard = {
        "index": f"{REFERENCE}/1",
        "kind": DocumentKind.ACTION,
        "version": 1,
        "digest": DIGEST,
        "approved": list(approved),
        "texts": [TEXT],
    }
    return DocumentView.model_validate({**standard, **changes})


def statement(sent: int, ready: int, failed: int = 0) -> DispatchView:
    counts = {DeliveryState.SENT: sent, DeliveryState.READY: ready, DeliveryState.FAILED: failed}
    return DispatchView(
        purpose=Purpose.STATEMENT,
        round=1,
        size=sum(counts.values()),
        frozen_at=NOW,
        channels={Channel.EMAIL: {state: count for state, count in counts.items() if count}},
    )


def event(kind: EventKind, person: str | None = None, **detail: Any) -> EventView:
    return EventView(sequence=1, at=NOW, kind=kind, person=person, detail=detail)


def timeline(*phases: Phase) -> Timeline:
    moves = [event(EventKind.PHASE_CHANGED, phase=phase) for phase in phases]
    return Timeline(events=[event(EventKind.RECEIVED, "Ana Ejemplo"), *moves])


def decided(decision: Decision, phase: Phase = Phase.SIGNING, *, informed: bool = True) -> DecisionView:
    return DecisionView(
        reference=REFERENCE,
        decision=decision,
        phase=phase,
        on_hold=decision is Decision.HOLD,
        attestations=AttestationsView(count=1, required=2),
        workflow_informed=informed,
    )


def answer(body: BaseModel, status: int = 200) -> Response:
    return Response(body.model_dump_json(), status, content_type="application/json")


def problem(status: int, title: str, *problems: Problem) -> Response:
    details = ProblemDetails(status=status, title=title, detail="Do this.", problems=problems)
    return Response(details.model_dump_json(), status, content_type="application/problem+json")
