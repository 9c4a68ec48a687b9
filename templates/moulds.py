"""Pages that differ in a reader's own words alone: set once for all who share the rest, with blanks.

A mould is kept by everything that was handed in but for the blanks, so that it cannot show what is not so any
more: whatever changes makes another one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from secrets import token_hex
from typing import Final, Never

from markupsafe import escape

MOST_MOULDS: Final = 64
"""How many are kept: of the pages that many open at once, in their languages."""


class Blank:
    """Stands for a word that is put in later: a template writes it down, and can ask nothing of it."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __html__(self) -> str:
        """Return the mark that keeps the place."""
        return self._mark

    def _refuse(self, *_: object) -> Never:
        raise TypeError("a blank of a mould can only be written down: hand it in with what is shared")

    __bool__ = __str__ = __len__ = __iter__ = __eq__ = __lt__ = __format__ = __getitem__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Mould:
    """A page with blanks."""

    def __init__(self, blanks: Iterable[str], render: Callable[[Mapping[str, Blank]], str]) -> None:
        # Nobody can guess the marks, so no text can hold one.
        marks = {f"blank{token_hex(16)}": name for name in blanks}
        page = render({name: Blank(mark) for mark, name in marks.items()})
        self._pieces = re.split(f"({'|'.join(marks)})", page)
        self._places = [(place, marks[self._pieces[place]]) for place in range(1, len(self._pieces), 2)]

    def filled(self, words: Mapping[str, str]) -> str:
        """Return the page with words in its blanks, escaped where they are not markup."""
        pieces = self._pieces.copy()
        for place, name in self._places:
            pieces[place] = escape(words[name])
        return "".join(pieces)
