"""The people and organisations of the machine, all invented, and what the network asks of a case."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from models.verification import VerificationPolicy
from models.vocabulary import Urgency


class Somebody(NamedTuple):
    """A person who may be at risk: each word of hers stands for nothing else in any text."""

    name: str
    alias: str
    phone: str
    place: str
    pseudonym: str


AT_RISK: Final = (
    Somebody("Itzayana Robleda Canseca", "Quenita", "+52 951 000 0101", "Barrio Tepozana", "Luna"),
    Somebody("Rosamunda Pinedo Luisa", "Chamunda", "+52 951 000 0202", "Rancho Guayacana", "Ceiba"),
    Somebody("Jacinta Olverina Montejo", "Cintilla", "+52 951 000 0303", "Vereda Zopilota", "Brisa"),
    Somebody("Eréndira Ñandú Peñaloza", "Nandita", "+52 951 000 0404", "Callejón Chirimoya", "Marea"),
    Somebody("Xóchitl Yunuenda Arcea", "Xochina", "+52 951 000 0505", "Colonia Pitahaya", "Garza"),
)

AUTHORITY, EMBASSY, MECHANISM = "authority", "embassy", "mechanism"
OFFICES: Final = MappingProxyType(
    {
        AUTHORITY: "fiscalia@estado.example",
        EMBASSY: "embajada@nordania.example",
        MECHANISM: "urgente@mecanismo.example",
    }
)

PRESS: Final = MappingProxyType({"redaccion@barlovento.example": "es", "newsdesk@lantern.example": "en"})
MEMBERS: Final = MappingProxyType({"lucha@vecinas.example": "es", "+12025550113": "es", "+12025550115": "en"})

SLUGS: Final = ("casa-manantial", "tejedoras", "northern-lights")
PARTNERS: Final = MappingProxyType(
    {
        "casa-manantial": "amparo@manantial.example",
        "tejedoras": "enlace@tejedoras.example",
        "northern-lights": "urgent@northernlights.example",
    }
)
WITH_A_SYSTEM: Final = "tejedoras"
PARTNERS_SECRET: Final = "whsec_" + "QUFB" * 8

LANGUAGES: Final = ("es", "en")

POLICIES: Final = MappingProxyType(
    {
        Urgency.IMMEDIATE: VerificationPolicy(
            direct_sources=1, remind_after=timedelta(seconds=3), escalate_after=timedelta(seconds=10)
        ),
        Urgency.URGENT: VerificationPolicy(
            remind_after=timedelta(hours=4), escalate_after=timedelta(hours=12)
        ),
        Urgency.STANDARD: VerificationPolicy(
            attestations=3, approvals=2, remind_after=timedelta(days=1), escalate_after=timedelta(days=3)
        ),
    }
)
"""What the site is given; the defaults, but for shorter times, and a network that asks for more."""


class Needs(NamedTuple):
    """What must stand behind a case of an urgency, in the judge's own figures."""

    sources: int
    direct: int | None
    attestations: int
    approvals: int


NEEDS: Final = MappingProxyType(
    {"immediate": Needs(2, 1, 2, 1), "urgent": Needs(2, None, 2, 1), "standard": Needs(2, None, 3, 2)}
)


def contact_entries() -> list[dict[str, Any]]:
    """Return the press and the members, as the API takes them."""
    people = [(address, language, "press") for address, language in PRESS.items()]
    people += [(address, language, "member") for address, language in MEMBERS.items()]
    return [
        {
            "id": f"contacto-{number}",
            "name": f"Contacto {number}",
            "kind": kind,
            "languages": [language],
            "basis": {"kind": "professional", "on": "2026-10-01"},
            "channels": [{"channel": "email" if "@" in address else "sms", "value": address}],
        }
        for number, (address, language, kind) in enumerate(people)
    ]


def partner_entries(providers_url: str) -> list[dict[str, Any]]:
    """Return the partners, one with a system of its own, as the API takes them."""
    entries: list[dict[str, Any]] = [
        {
            "id": slug,
            "name": f"Colectiva {slug}",
            "country": "MX",
            "languages": ["es"],
            "groups": [],
            "contacts": [{"name": f"Persona de {slug}", "email": email, "language": "es"}],
        }
        for slug, email in PARTNERS.items()
    ]
    for entry in entries:
        if entry["id"] == WITH_A_SYSTEM:
            entry["api"] = {"url": f"{providers_url}/partners/{WITH_A_SYSTEM}", "secret": PARTNERS_SECRET}
    return entries
