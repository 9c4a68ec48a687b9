"""Details that a partner's contact corrects by her link: the whole form, as it should be."""

from collections.abc import Mapping
from typing import Any

from models.addresses import EmailAddress, WebAddress
from models.directory import Languages, PartnerContact, PartnerEntry
from models.scalars import Language, Line
from models.strict_model import StrictModel, parse

_OF_CONTACT = ("name", "email", "language")


class CorrectedContact(StrictModel):
    """The contact herself."""

    name: Line
    email: EmailAddress
    language: Language


class PartnerCorrection(StrictModel):
    """What a partner may correct of itself; a website that is left out is taken away."""

    name: Line
    website: WebAddress | None = None
    languages: Languages
    registered_address: EmailAddress
    contact: CorrectedContact

    def changes(self, entry: PartnerEntry, contact: PartnerContact) -> dict[str, Any]:
        """Return only the fields that differ from how partner and contact are now, as JSON values."""
        wanted, known = self.model_dump(mode="json"), entry.model_dump(mode="json")
        own, known_own = wanted.pop("contact"), contact.model_dump(mode="json")
        changes = {field: value for field, value in wanted.items() if value != known[field]}
        of_contact = {field: own[field] for field in _OF_CONTACT if own[field] != known_own[field]}
        return {**changes, **({"contact": of_contact} if of_contact else {})}


def parse_correction(tree: object) -> PartnerCorrection:
    """Read a form of corrections, raising InvalidInput with all its problems."""
    return parse(PartnerCorrection, tree)


def corrected(entry: PartnerEntry, email: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry as it would be after changes by the contact of a mail address, to be parsed anew."""
    tree = entry.model_dump(mode="json", exclude_none=True)
    tree.update({field: value for field, value in changes.items() if field != "contact"})
    for contact in tree["contacts"]:
        if contact["email"] == email:
            contact.update(changes.get("contact", {}))
    return tree
