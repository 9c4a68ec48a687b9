"""The contacts file: who receives what is released, on which basis and lists, and the lists themselves."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails

from models.addresses import canonical_address
from models.contact_vocabulary import BasisKind, BasisMeans
from models.directory import ContactWay, Languages
from models.problems import WHOLE_INPUT, InvalidInput, Problem, problems_of, refused_at
from models.scalars import Country, Line, Localised, PastDay, Slug, TimeZone
from models.strict_model import StrictModel, across_entries, no_repeats
from models.vocabulary import Channel, ContactKind

MOST_CONTACTS: Final = 200_000
"""In one file."""
MOST_PROBLEMS: Final = 5_000
"""That are told of one file: who has more mends these first."""

Words = Annotated[tuple[Slug, ...], Field(max_length=50), across_entries(no_repeats(lambda word: word))]


def _value_fits_channel(value: str, info: ValidationInfo) -> str:
    channel = info.data.get("channel")
    return canonical_address(channel, value) if isinstance(channel, Channel) else value


class ContactChannel(StrictModel):
    """One address of a contact."""

    channel: ContactWay
    value: Annotated[Line, AfterValidator(_value_fits_channel)]


class Basis(StrictModel):
    """Why a contact may be written to, since when, and by what means she asked for it herself."""

    kind: BasisKind
    on: PastDay
    by: BasisMeans | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a subscription of which nobody says how it came about."""
        if tree.get("kind") == BasisKind.SUBSCRIBED and tree.get("by") is None:
            yield refused_at(("by",), "is required for who subscribed", f"Use {_listed(BasisMeans)}.")


def _listed(words: type[BasisMeans]) -> str:
    *others, last = (f"'{word}'" for word in words)
    return f"{', '.join(others)} or {last}"


class ContactEntry(StrictModel):
    """A journalist or member who receives releases, with languages and channels in order of preference."""

    id: Slug
    name: Line
    kind: ContactKind
    languages: Languages
    country: Country | None = None
    time_zone: TimeZone | None = None
    tags: Words = ()
    lists: Words = ()
    basis: Basis
    channels: Annotated[
        tuple[ContactChannel, ...],
        Field(min_length=1, max_length=10),
        across_entries(no_repeats(lambda way: (way.channel, way.value.casefold()), "value")),
    ]


class ListEntry(StrictModel):
    """A list that contacts stand on, with its names by language."""

    id: Slug
    names: Localised
    description: Line | None = None


class ContactsHead(StrictModel):
    """What a contacts file holds beside its contacts: lists that it makes or describes anew."""

    lists: Annotated[
        tuple[ListEntry, ...], Field(max_length=500), across_entries(no_repeats(lambda one: one.id, "id"))
    ] = ()


class ContactsReading:
    """Reads the contacts of a file one after the other, and gathers all that is wrong with them."""

    def __init__(self, known_lists: Collection[str] | None = None) -> None:
        """Take the lists that there are; where they are not known, a file may name any."""
        self.lists: tuple[ListEntry, ...] = ()
        self.problems: list[Problem] = []
        self._known_lists = None if known_lists is None else set(known_lists)
        self._ids: set[str] = set()
        self._count = 0

    @property
    def is_over(self) -> bool:
        """Tell whether there are more problems, or more contacts, than are taken."""
        return len(self.problems) > MOST_PROBLEMS or self._count > MOST_CONTACTS

    def begin(self, head: object) -> None:
        """Read what stands beside the contacts."""
        try:
            self.lists = ContactsHead.model_validate(head).lists
        except ValidationError as error:
            self.problems += problems_of(error)
        if self._known_lists is not None:
            self._known_lists |= _ids_of(head)

    def read(self, raw: object) -> ContactEntry | None:
        """Return the next contact, or None where something is wrong with it."""
        path, before = f"contacts.{self._count}", len(self.problems)
        self._count += 1
        entry: ContactEntry | None = None
        try:
            entry = ContactEntry.model_validate(raw)
        except ValidationError as error:
            self.problems += problems_of(error, path)
        slug = entry.id if entry else raw.get("id") if isinstance(raw, Mapping) else None
        if isinstance(slug, str):
            self._note_id(path, slug)
        if entry:
            self.problems += self._unknown_lists(path, entry)
        return entry if len(self.problems) == before else None

    def refuse(self, rule: str, remedy: str) -> None:
        """Say what is wrong with the next contact as such."""
        self.problems.append(Problem(field=f"contacts.{self._count}", rule=rule, remedy=remedy))
        self._count += 1

    def told(self) -> tuple[Problem, ...]:
        """Return the problems, and at the end that there may be more of them."""
        told = self.problems[:MOST_PROBLEMS]
        if self._count > MOST_CONTACTS:
            rule = f"must have at most {MOST_CONTACTS} entries"
            told.append(Problem(field="contacts", rule=rule, remedy="Divide it."))
        elif len(self.problems) > MOST_PROBLEMS:
            rule = f"has more than the {MOST_PROBLEMS} problems that are listed"
            told.append(Problem(field=WHOLE_INPUT, rule=rule, remedy="Mend these, and check it again."))
        return tuple(told)

    def _note_id(self, path: str, slug: str) -> None:
        if slug in self._ids:
            self.problems.append(
                Problem(field=f"{path}.id", rule="is given twice", remedy="Keep one of them.")
            )
        self._ids.add(slug)

    def _unknown_lists(self, path: str, entry: ContactEntry) -> Iterator[Problem]:
        for place, one in enumerate(entry.lists):
            if self._known_lists is not None and one not in self._known_lists:
                yield Problem(
                    field=f"{path}.lists.{place}",
                    rule="is no list",
                    remedy="Correct it (starter.py lists list), or make it first: starter.py lists set.",
                )


def _ids_of(head: object) -> set[str]:
    """Return the ids of the lists of a file, also of those that cannot be read."""
    listed = head.get("lists") if isinstance(head, Mapping) else None
    entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list | tuple) else []
    return {slug for one in entries if isinstance(slug := one.get("id"), str)}


def divided(tree: object) -> tuple[object, list[object] | tuple[object, ...]]:
    """Divide the tree of a file into its head and its contacts, raising InvalidInput where it has none."""
    if not isinstance(tree, Mapping):
        rule, remedy = "must be a mapping of fields", "Write it as `field: value` pairs."
        raise InvalidInput([Problem(field=WHOLE_INPUT, rule=rule, remedy=remedy)])
    contacts = tree.get("contacts")
    if contacts is None:
        raise InvalidInput([Problem(field="contacts", rule="is required", remedy="Add it.")])
    if not isinstance(contacts, list | tuple):
        rule, remedy = "must be a list", "Write it as a list, even for one entry."
        raise InvalidInput([Problem(field="contacts", rule=rule, remedy=remedy)])
    return {name: value for name, value in tree.items() if name != "contacts"}, contacts


def parse_contacts(tree: object) -> tuple[ContactEntry, ...]:
    """Read a contacts file, raising InvalidInput with all its problems."""
    reading, (head, contacts) = ContactsReading(), divided(tree)
    reading.begin(head)
    entries = [reading.read(raw) for raw in contacts]
    if reading.problems:
        raise InvalidInput(reading.told())
    return tuple(entry for entry in entries if entry)
