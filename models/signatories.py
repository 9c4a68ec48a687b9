"""For how many organisations signatures stand: no organisation is counted twice."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from models.vocabulary import Disclosure, SignatureVisibility


class Signatory(NamedTuple):
    """A partner that signed; a collective has members, of whom the directory may know some, or none.

    By whichever ids, as long as partners and members have the same.
    """

    id: Hashable
    is_named: bool
    members: frozenset[Hashable] = frozenset()
    member_count: int = 0


def is_named_to(readers: Disclosure, visibility: SignatureVisibility) -> bool:
    """Tell whether readers of a kind see whose a signature is; no mechanism does, since they publish."""
    for_authorities = visibility is SignatureVisibility.AUTHORITIES and readers is Disclosure.AUTHORITY
    return visibility is SignatureVisibility.PUBLIC or for_authorities


class Organisations(NamedTuple):
    """How many organisations sign, and how many of them neither are named nor stand behind one that is."""

    total: int
    unnamed: int


def organisations(signatories: Iterable[Signatory]) -> Organisations:
    """Count a collective as itself and its members, and each organisation once, by whichever way it signs.

    Members whom the directory does not know are taken for others. A withheld collective counts as one: by its
    size it could be told who it is.
    """
    shown: set[Hashable] = set()
    unnamed: set[Hashable] = set()
    unknown = 0
    for one in signatories:
        if not one.is_named:
            unnamed.add(one.id)
            continue
        shown.add(one.id)
        shown |= one.members
        unknown += max(one.member_count - len(one.members - {one.id}), 0) if one.member_count else 0
    unnamed -= shown
    return Organisations(total=len(shown) + unknown + len(unnamed), unnamed=len(unnamed))


def shown_by(signatories: Iterable[Signatory]) -> frozenset[Hashable]:
    """Return the organisations that are named, or stand behind one that is, as far as the directory knows."""
    named = [one for one in signatories if one.is_named]
    return frozenset(one.id for one in named).union(*(one.members for one in named))
