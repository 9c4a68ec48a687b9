"""Places where a personal part is put into a text that was read before: what may arise across their edges.

The guard finds nothing without the letters of a secret (`guard.py`). So a part is clear where no such letters
are in it or run over its edges, in any reading, and none stand so near that the part could be their evidence.
Whatever is not plainly clear is for the guard to read as a whole.
"""

import re
from collections.abc import Iterator
from typing import Final

from markupsafe import escape

from security.leak_guard.guard import LeakGuard
from security.leak_guard.letters import Bare, Letters, spellings
from security.leak_guard.views import plain_view, readings

REACH: Final = 12
"""Words on either side among which one of a secret may be judged by the part; `evidence.py` sees fewer."""

_PLAIN: Final = re.compile(r"(?=.*\w)(?:[\w .,'\u2019:/?+-]|=(?=\w)(?![0-9A-Fa-f]{2}))+")
"""Signs that no reading takes for an escape, a tag or a mark, of which nothing is turned around."""

_BEFORE: Final = re.compile(r"(?:\A|[\s>\"'(¡¿])\Z")
_AFTER: Final = re.compile(r"(?:\Z|[\s<\"'),.:;!?])")


class Seam:
    """One place of one text, which is `before`, a part, and `after`; with `markup` the part is escaped."""

    def __init__(self, guard: LeakGuard, before: str, after: str, *, markup: bool) -> None:
        self._guard = guard
        self._markup = markup
        self._edges: set[tuple[bool, str, str]] = set()
        self._is_readable = bool(_BEFORE.search(before[-1:]) and _AFTER.match(after[:1]))
        if self._is_readable:
            self._is_readable = all(self._read(before, after))

    def _read(self, before: str, after: str) -> Iterator[bool]:
        """Note what stands at the edges in each reading; tell of each whether nothing of a secret is near."""
        mark = next(one for one in map(chr, range(0xE100, 0xF8FF)) if one not in before + after)
        kept = self._guard.longest - 1
        for view in readings(f"{before}{mark}{after}", markup=self._markup):
            left, found, right = view.text.partition(mark)
            if not found:
                continue
            for first, last in zip(_spelt(left), _spelt(right), strict=True):
                kept_letters = first.text[max(0, len(first.text) - kept) :] if kept else "", last.text[:kept]
                self._edges.add((first.skeleton, *kept_letters))
                near = _last_words(first.letters()), _first_words(last.letters())
                yield not any(self._guard.may_be_said_in(one, skeleton=first.skeleton) for one in near)

    def is_clear(self, part: str) -> bool:
        """Tell whether the text with this part says nothing that it does not say without it."""
        if not self._is_readable or not _PLAIN.fullmatch(part):
            return False
        forms = {part, str(escape(part))} if self._markup else {part}
        folded = [(one.skeleton, one.text) for form in forms for one in _spelt(form)]
        return not any(
            self._guard.may_be_said_in(f"{first}{letters}{last}", skeleton=skeleton)
            for skeleton, first, last in self._edges
            for of_skeleton, letters in folded
            if of_skeleton is skeleton
        )


def _spelt(text: str) -> list[Bare]:
    return list(spellings(plain_view(text)))


def _last_words(letters: Letters) -> str:
    return letters.text[letters.tokens[-REACH] :] if len(letters.tokens) > REACH else letters.text


def _first_words(letters: Letters) -> str:
    return letters.text[: letters.tokens[REACH]] if len(letters.tokens) > REACH else letters.text
