"""Letters to set in tests, and what stands on their paper."""

from dataclasses import replace
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from models.documents import Identified
from models.letters import Addressee, Letter
from tests.unit.templates.examples import STATEMENT

LETTER = Letter(
    index="UA-2026-014/1",
    is_notice=False,
    language="es",
    dated=date(2026, 11, 20),
    headline=str(STATEMENT["title"]),
    summary=str(STATEMENT["summary"]),
    body=str(STATEMENT["body"]),
    background=str(STATEMENT["background"]),
    demands=("Investigar de inmediato.", "Garantizar medidas de protección."),
    identified=(Identified("Luna", "Itzel Robles Canseco", "defensora comunitaria"),),
    signatories=(("Colectiva Luz de Agua", "GT"), ("Women of the Northern Rivers", "CA")),
    unnamed_signatories=2,
    organisations=17,
    addressee=Addressee(
        ("Lic. Ramón Ejemplo", "Fiscalía General del Estado", "Av. Ejemplo 12"), "Señor Fiscal:"
    ),
)
OPEN_LETTER = replace(LETTER, addressee=None, identified=())


def on_paper(pdf: bytes) -> str:
    """Read what stands on all pages, with single spaces."""
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
