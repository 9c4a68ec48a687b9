"""The digest by which an intake that is handed in again is known: also after an upgrade."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from models.case import parse_case
from models.verification import POLICIES
from models.vocabulary import Urgency
from tests.factories import CIPHER, FINGERPRINT
from web.intake import Intake

CASE: dict[str, Any] = {
    "title": "Amenazas en Villa Ejemplo",
    "concerns": ["death_threat"],
    "urgency": "urgent",
    "languages": ["es"],
    "event": {"occurred_on": "2026-10-28", "country": "MX", "region": "Chiapas", "facts": "La amenazaron."},
    "people_at_risk": [
        {
            "kind": "person",
            "name": "Maruca Tovilla Espinar",
            "role": {"es": "guardiana del agua"},
            "visibility": "pseudonym",
            "pseudonym": "Ceiba",
            "consents": [
                {
                    "use": "name_to_authorities",
                    "given": True,
                    "given_by": "herself",
                    "method": "in_person",
                    "on": "2026-10-29",
                },
            ],
        }
    ],
    "sources": [{"kind": "organisation", "name": "Casa Ejemplo", "received_on": "2026-10-29"}],
    "risk_assessment": {"level": "high", "note": "Conocen sus rutas."},
    "demands": [{"es": "Investigar las amenazas."}],
    "texts": {"es": {"summary": "La amenazaron.", "body": "**Ceiba** cuida el agua.", "background": "Ayer."}},
    "targets": [
        {
            "office": {"es": "Fiscalía"},
            "salutation": {"es": "A quien corresponda:"},
            "kind": "authority",
            "language": "es",
            "replies_within": "P15D",
            "addresses": [
                {
                    "channel": "email",
                    "value": "fiscalia@estado.example",
                    "source": "directorio oficial",
                    "checked_on": "2026-10-15",
                    "valid_until": "2036-10-15",
                }
            ],
        }
    ],
    "sign_on": {
        "partners": "all",
        "quorum": 2,
        "closes_after": "PT48H",
        "release": "at_quorum_or_close",
        "remind_after": ["PT24H"],
    },
    "release": {"audiences": ["targets", "signatories"]},
    "follow_up": {"expires_after": "P42D", "check_ins": ["P7D"]},
}
BEFORE_MILESTONES = "b28ea24da23d4ed6fc15ce14f7ebe46e56c0c43de1381a685ea6ca6f1b4fd65b"
"""The digest of this case in the version before a case could name days that matter."""


def digest_of(follow_up: dict[str, Any]) -> str:
    case = parse_case(
        {**CASE, "follow_up": {**CASE["follow_up"], **follow_up}}, latest_day=date(2026, 11, 22)
    )
    intake = Intake(case, uuid4(), CIPHER, FINGERPRINT, POLICIES[Urgency.URGENT])
    return intake.body_digest().hex()


@pytest.mark.parametrize("follow_up", [{}, {"milestones": []}])
def test_a_case_without_days_that_matter_has_the_digest_that_it_had_before_there_were_any(
    follow_up: dict[str, Any],
) -> None:
    assert digest_of(follow_up) == BEFORE_MILESTONES


def test_the_days_that_matter_are_part_of_the_digest() -> None:
    hearing = {"kind": "hearing", "on": "2026-12-14"}
    told = {digest_of({"milestones": days}) for days in ([hearing], [{**hearing, "on": "2026-12-15"}])}
    assert len(told | {BEFORE_MILESTONES}) == 3
