"""Planting words of our own in every field that people fill in freely."""

from collections.abc import Mapping
from itertools import count
from typing import Any

FREE_FIELDS = {
    *("title", "region", "facts", "name", "aliases", "role", "pseudonym", "private", "note", "demands"),
    *("texts", "office", "holder", "salutation", "source"),
}
"""Fields of a case, a partner or a contact; whatever stands below one of them is free as well."""


class Garden:
    """Plants words that occur nowhere else, and remembers them."""

    def __init__(self) -> None:
        self._numbers = count(100)
        self.words: list[str] = []

    def word(self) -> str:
        """Return a new word, not in ASCII."""
        return self._remember(f"Pájaro{next(self._numbers)}Ñandú")

    def plain_word(self) -> str:
        """Return a new word that may stand in an address."""
        return self._remember(f"pajaro{next(self._numbers)}nandu")

    def phone(self) -> str:
        """Return a new number, of the range that is kept free for fiction."""
        return self._remember(f"+12025550{next(self._numbers)}")

    def planted(self, tree: Any, *, free: bool = False) -> Any:
        """Return a tree with a word in each free text and with addresses that are words."""
        if isinstance(tree, Mapping):
            return {key: self._field(key, tree, free=free or key in FREE_FIELDS) for key in tree}
        if isinstance(tree, list):
            return [self.planted(one, free=free) for one in tree]
        return f"{tree.rstrip()} {self.word()}" if free and isinstance(tree, str) else tree

    def _field(self, key: str, parent: Mapping[str, Any], *, free: bool) -> Any:
        channel = parent.get("channel")
        if key == "email" or (key == "value" and channel == "email"):
            return f"{self.plain_word()}@{self.plain_word()}.example"
        if key == "value" and channel == "sms":
            return self.phone()
        if key == "url":
            return f"{parent[key]}-{self.plain_word()}"
        if key == "secret":
            return self._remember(parent[key])
        return self.planted(parent[key], free=free or (key, channel) == ("value", "letter"))

    def _remember(self, word: str) -> str:
        self.words.append(word)
        return word
