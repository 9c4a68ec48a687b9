"""Who may be named to whom: identities, opened from their sealed columns, and the guard over all others."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from models.actions import PersonAtRisk
from models.documents import Identified
from models.vocabulary import ConsentUse, Disclosure, Visibility
from security.fields import FieldCipher
from security.leak_guard import LeakGuard, Secret, SecretKind, secrets_of
from security.sealed_places import identity_place

LiveUses = Collection[tuple[UUID, ConsentUse]]
"""Which uses of which people are allowed now."""

_STILL_SECRET = {SecretKind.PHONE, SecretKind.PLACE, SecretKind.PRIVATE, SecretKind.ALIAS}


class Identity(NamedTuple):
    """Who a person at risk is: what is sealed of her."""

    name: str
    aliases: tuple[str, ...]
    private: Mapping[str, str | None]

    def sealed(self, cipher: FieldCipher, person_at_risk_id: UUID) -> bytes:
        """Seal it for its row."""
        tree = {"name": self.name, "aliases": list(self.aliases), "private": dict(self.private)}
        return cipher.seal(json.dumps(tree, ensure_ascii=False), context=identity_place(person_at_risk_id))

    def shown_as(self, visibility: Visibility, pseudonym: str | None) -> str | None:
        """Return how she may be called; None where not at all."""
        names = {
            Visibility.NAMED: self.name,
            Visibility.PSEUDONYM: pseudonym,
            Visibility.WITHHELD: None,
        }
        return names[visibility]

    def known_also_as(self, alias: str) -> "Identity":
        """Return her identity with one more name that the leak guard looks for."""
        known = alias in self.aliases or alias == self.name
        return self if known else self._replace(aliases=(*self.aliases, alias))


class KnownPerson(NamedTuple):
    """A person at risk with her identity."""

    person: PersonAtRisk
    identity: Identity

    def may_be_named_to(self, disclosure: Disclosure, live: LiveUses) -> bool:
        """Tell whether the text itself may name her to readers of a kind."""
        to_authority = disclosure is Disclosure.AUTHORITY
        use = ConsentUse.NAME_TO_AUTHORITIES if to_authority else ConsentUse.NAME_IN_PUBLIC
        return self.person.visibility is Visibility.NAMED and (self.person.id, use) in live

    def may_be_identified(self, live: LiveUses) -> bool:
        """Tell whether authorities may be told the name behind her pseudonym."""
        allowed = (self.person.id, ConsentUse.NAME_TO_AUTHORITIES) in live
        return self.person.visibility is Visibility.PSEUDONYM and allowed

    def identified(self, language: str) -> Identified:
        """Say who she is to an authority, in a language."""
        return Identified(self.person.display_name, self.identity.name, self.person.roles.get(language, ""))


def open_identity(cipher: FieldCipher, person: PersonAtRisk) -> KnownPerson:
    """Open who a person at risk is."""
    tree = json.loads(cipher.open(person.sealed_identity, context=identity_place(person.id)))
    return KnownPerson(person, Identity(tree["name"], tuple(tree["aliases"]), tree["private"]))


def guard_over(
    people: Sequence[KnownPerson], named: Collection[UUID], *, others: Collection[str] = ()
) -> LeakGuard:
    """Make the guard over what is said of people, of whom those `named` may be called by their names.

    Their telephones stay secret. `others`, names of recipients and signatories, may be said as a whole.
    """
    secrets: list[Secret] = []
    for one in people:
        person, identity = one.person, one.identity
        found = secrets_of(
            person.position, name=identity.name, aliases=identity.aliases, private=identity.private
        )
        if person.id not in named:
            secrets += found
        elif person.visibility is Visibility.NAMED:
            secrets += [secret for secret in found if secret.kind is SecretKind.PHONE]
        else:
            secrets += [secret for secret in found if secret.kind in _STILL_SECRET]
    names = [one.identity.name for one in people if one.person.id in named]
    pseudonyms = [one.person.display_name for one in people if one.person.visibility is Visibility.PSEUDONYM]
    return LeakGuard(secrets, allowed=[*names, *filter(None, pseudonyms)], organisations=others)
