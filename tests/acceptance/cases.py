"""Small cases, partners and contacts, all invented."""

from collections.abc import Sequence
from typing import Any

from models.yaml_tree import read_yaml
from tests.factories import EXAMPLES, case_tree

TARGETS = ("fiscalia.ddhh@estado.example", "urgente@mecanismo.example", "human.rights@nordania.example")
A_LONG_TIME = "PT2H"


def case(
    *,
    audiences: Sequence[str] = ("targets", "signatories"),
    sign_on: dict[str, Any] | None = None,
    expires_after: str = A_LONG_TIME,
    check_ins: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the demo's case with its own plan; without `sign_on` it is released by hand."""
    tree = case_tree()
    tree["sign_on"] = sign_on
    tree["release"] = {"audiences": list(audiences)}
    tree["follow_up"] = {"expires_after": expires_after, "check_ins": list(check_ins)}
    return tree


def sign_on(
    partners: Sequence[str], quorum: int, *, closes_after: str = A_LONG_TIME, remind_after: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the sign-on of a case among these partners."""
    return {
        "partners": {"ids": list(partners)},
        "quorum": quorum,
        "closes_after": closes_after,
        "release": "at_quorum_or_close",
        "remind_after": list(remind_after),
    }


def partner(
    name: str, api: dict[str, str] | None = None, *, country: str = "MX", language: str = "es"
) -> dict[str, Any]:
    """Return a partner whose only contact is `mailbox_of(name)`."""
    contact = {"name": f"Persona de {name}", "email": mailbox_of(name), "language": language}
    entry = {
        "id": name,
        "name": f"Colectiva {name}",
        "country": country,
        "languages": [language],
        "groups": [],
    }
    return {**entry, "contacts": [contact], **({"api": api} if api else {})}


def mailbox_of(partner_name: str) -> str:
    """Return the address of a partner."""
    return f"{partner_name}@colectivas.example"


def press(number: int, prefix: str = "medio") -> list[dict[str, Any]]:
    """Return this many journalists, each with a mail address."""
    return [
        {
            "id": f"{prefix}-{one}",
            "name": f"Medio Ficticio {one}",
            "kind": "press",
            "languages": ["es"],
            "basis": {"kind": "press_address", "on": "2026-10-01"},
            "channels": [{"channel": "email", "value": f"{prefix}{one}@prensa.example"}],
        }
        for one in range(number)
    ]


def reader(name: str, tag: str, language: str = "es") -> dict[str, Any]:
    """Return a journalist whom the cases that name this tag are sent to."""
    entry = press(1, name)[0]
    way = {"channel": "email", "value": f"{name}@lectoras.example"}
    return {**entry, "id": name, "languages": [language], "tags": [tag], "channels": [way]}


def addresses_of(contacts: Sequence[dict[str, Any]]) -> list[str]:
    """Return the first address of each contact."""
    return [contact["channels"][0]["value"] for contact in contacts]


def example_partners(providers_url: str) -> list[dict[str, Any]]:
    """Return the demo's partners, with their systems at this address."""
    partners = _example("partners")
    for entry in partners:
        if "api" in entry:
            entry["api"]["url"] = f"{providers_url}/partners/{entry['id']}"
    return partners


def example_contacts() -> list[dict[str, Any]]:
    """Return the demo's press and members, on no list."""
    return [{name: value for name, value in one.items() if name != "lists"} for one in _example("contacts")]


def _example(name: str) -> list[dict[str, Any]]:
    tree = read_yaml((EXAMPLES / f"{name}.yaml").read_text())
    assert isinstance(tree, dict)
    entries: list[dict[str, Any]] = tree[name]
    return entries
