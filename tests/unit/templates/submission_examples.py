"""A case as a mechanism may be told of it."""

from datetime import date
from io import BytesIO

from docx import Document

from models.drafts import AllowedPerson, SubmittedCase
from models.vocabulary import Concern, ConsentGiver, Urgency

CASE = SubmittedCase(
    reference="UA-2026-014",
    language="es",
    dated=date(2026, 11, 21),
    network="Red Acuerpa",
    country="MX",
    region="Oaxaca",
    occurred_on="2026-11-19",
    concerns=(Concern.DEATH_THREAT, Concern.ENFORCED_DISAPPEARANCE),
    urgency=Urgency.IMMEDIATE,
    headline="Amenazas contra dos defensoras",
    summary="Dos defensoras fueron amenazadas.",
    body="**Luna** acompaña a las mujeres.\n\n- Primero la siguieron.\n- Después llamaron.",
    background="Desde marzo hubo cuatro agresiones.",
    demands=("Investigar de inmediato.", "Garantizar medidas de protección."),
    people=(
        AllowedPerson(
            name="Itzel Robles Canseco",
            shown_as="Luna",
            role="defensora comunitaria",
            given_by=ConsentGiver.HERSELF,
            given_on=date(2026, 11, 20),
            to_authorities=True,
            in_public=False,
        ),
    ),
    written_to=(("Fiscalía General del Estado", date(2026, 11, 20)),),
)


def in_docx(content: bytes) -> str:
    """Read what stands in a document, one paragraph a line."""
    return "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)
