"""The last reading of a finished message: it must not name anybody who must not be named to its recipient."""

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from activities.drafts import Draft
from activities.verdicts import LeakFoundError
from models.documents import Identified, rendering_digest
from models.vocabulary import Disclosure, RenderingKind
from security.fields import FieldCipher
from security.leak_guard import LeakGuard, Seam
from security.naming import KnownPerson, guard_over, open_identity
from storage.contents import Contents

_Guards = dict[tuple[Disclosure, RenderingKind], LeakGuard]


class Part(NamedTuple):
    """One part of a message; with `markup`, it is also read as HTML and Markdown."""

    text: str
    markup: bool = False


class LeakWatch:
    """Opens the identities of a case once for each batch, and reads every message by them."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher
        self._people: WeakKeyDictionary[Contents, list[KnownPerson]] = WeakKeyDictionary()
        self._guards: WeakKeyDictionary[Contents, _Guards] = WeakKeyDictionary()

    def identified(self, draft: Draft) -> list[Identified]:
        """List whom a message names to an authority beside its text, as was approved.

        Raises:
            ValueError: what would be sent is not what was approved.
        """
        delivery = draft.delivery
        named = self._named_beside(draft)
        identified = [one.identified(delivery.language) for one in named]
        if rendering_digest(draft.contents.texts[delivery.language], identified) != delivery.digest:
            raise ValueError("the rendering is not the one that was approved")
        return identified

    def read(self, draft: Draft, *parts: Part) -> None:
        """Read a finished message.

        Raises:
            LeakFoundError: it names somebody; where, is not said.
        """
        found = [part for part in parts if self._guard(draft).leaks(part.text, markup=part.markup)]
        if not found:
            return
        recipient, signed = draft.recipient, draft.contents.signed[Disclosure.AUTHORITY]
        others = [recipient.name, recipient.organisation, *(one.name for one in signed.named)]
        tolerant = self._make_guard(draft, [name for name in others if name])
        if any(tolerant.leaks(part.text, markup=part.markup) for part in found):
            raise LeakFoundError

    def seam(self, draft: Draft, part: Part, place: int) -> Seam:
        """Return the place of a part of a message where one character stands for what is personal."""
        before, after = part.text[:place], part.text[place + 1 :]
        return Seam(self._guard(draft), before, after, markup=part.markup)

    def _guard(self, draft: Draft) -> LeakGuard:
        guards = self._guards.setdefault(draft.contents, {})
        key = draft.delivery.disclosure, draft.delivery.rendering
        if key not in guards:
            guards[key] = self._make_guard(draft, [])
        return guards[key]

    def _make_guard(self, draft: Draft, others: list[str]) -> LeakGuard:
        disclosure, live = draft.delivery.disclosure, draft.contents.live_uses
        people = self._known(draft.contents)
        named = {one.person.id for one in people if one.may_be_named_to(disclosure, live)}
        named |= {one.person.id for one in self._named_beside(draft)}
        return guard_over(people, named, others=others)

    def _named_beside(self, draft: Draft) -> list[KnownPerson]:
        delivery = draft.delivery
        if delivery.rendering is not RenderingKind.IDENTIFIED:
            return []
        rendering = next(
            one
            for one in draft.contents.renderings
            if one.language == delivery.language and one.kind is RenderingKind.IDENTIFIED
        )
        return [one for one in self._known(draft.contents) if one.person.id in rendering.people]

    def _known(self, contents: Contents) -> list[KnownPerson]:
        if contents not in self._people:
            self._people[contents] = [open_identity(self._cipher, person) for person in contents.people]
        return self._people[contents]


def texts_in(tree: object) -> Iterator[str]:
    """Find every text in a tree of JSON values."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for entry in tree:
            yield from texts_in(entry)
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from texts_in(value)
