"""A reading as the bare letters and digits that a reader sees, with what stands between them."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, count, pairwise
from typing import Final, NamedTuple

from security.leak_guard.glyphs import LETTER, alphabet, as_written, ascii_twin, joined
from security.leak_guard.views import View, plain_view

_LONGEST_TOKEN: Final = 60

_TURNS: Final = ((0, 1, 1, 1), (0, 0, 1, 1), (1, 1, 1, 1), (1, 1, 1, 0))
"""By the shapes of two letters that touch: whether a word may begin between them."""


@dataclass(slots=True)
class Letters:
    """The letters of a reading; letter i stands for view.text[index[i]], and gaps[i] is what is before it."""

    view: View
    text: str
    index: list[int] = field(default_factory=list)
    gaps: bytearray = field(default_factory=bytearray)
    shapes: bytearray = field(default_factory=bytearray)
    tokens: list[int] = field(default_factory=list)

    def opens(self, place: int) -> bool:
        """Tell whether a word may begin here, or end before here."""
        if place in {0, len(self.text)} or self.gaps[place]:
            return True
        return bool(_TURNS[self.shapes[place - 1]][self.shapes[place]])

    def character(self, place: int) -> str:
        """Return the character that stands for the letter."""
        return self.view.text[self.index[place]]

    def is_capital(self, place: int) -> bool:
        """Tell whether the letter is written as a capital."""
        character = self.character(place)
        return character.isupper() or character.istitle()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of some letters in the original text."""
        first, last = self.view.place(self.index[start]), self.view.place(self.index[end - 1])
        return min(*first, *last), max(*first, *last)

    def token_spans(self) -> Iterator[tuple[int, int]]:
        """Return the first letter of each token, and the one after its last."""
        yield from pairwise([*self.tokens, len(self.text)])

    def token_at(self, place: int) -> int:
        """Return the number of the token that a letter is in."""
        return bisect_right(self.tokens, place) - 1

    def token(self, number: int) -> tuple[int, str]:
        """Return the first letter of a token and its text, which is cut where it is no word any more."""
        start = self.tokens[number]
        end = self.tokens[number + 1] if number + 1 < len(self.tokens) else len(self.text)
        return start, self.text[start : min(end, start + _LONGEST_TOKEN)]


class Bare(NamedTuple):
    """The letters and digits of a reading in one spelling.

    `twin` is the same reading in ASCII, if there is one; `written` is what its letters are in plain writing.
    """

    view: View
    skeleton: bool
    text: str
    twin: str | None
    written: str | None

    def letters(self) -> Letters:
        """Find out what stands between the letters."""
        return _from_each(self) if self.twin is None else _from_twin(self, self.twin)


def spellings(view: View) -> Iterator[Bare]:
    """Fold a reading, first plainly and then into the skeleton."""
    twin = ascii_twin(view.text)
    for skeleton in (False, True):
        used = alphabet(skeleton=skeleton)
        if twin is None:
            yield Bare(view, skeleton, "".join(used.fold(one).letters for one in view.text), None, None)
        else:
            yield Bare(view, skeleton, used.letters(twin), twin, as_written(twin) if skeleton else None)


def letters_of(text: str) -> Letters:
    """Read a text plainly."""
    return next(spellings(plain_view(text))).letters()


def _from_each(bare: Bare) -> Letters:
    """Read character by character: this says what a reading is."""
    fold = alphabet(skeleton=bare.skeleton).fold
    found = Letters(bare.view, bare.text)
    gap = 0
    for place, character in enumerate(bare.view.text):
        letters, between, shape = fold(character)
        gap = joined(gap, between)
        for _ in letters:
            if gap or not found.index:
                found.tokens.append(len(found.index))
            found.index.append(place)
            found.gaps.append(gap)
            found.shapes.append(shape)
            gap = 0
    return found


def _from_twin(bare: Bare, twin: str) -> Letters:
    """Read all at once."""
    used = alphabet(skeleton=bare.skeleton)
    index = list(compress(count(), used.marks(twin)))
    gaps = bytearray(map(_bits, used.gaps(twin).split(LETTER)[:-1]))
    tokens = [place for place, gap in enumerate(gaps) if gap or not place]
    return Letters(bare.view, bare.text, index, gaps, used.shapes(twin), tokens)


@lru_cache(maxsize=1024)
def _bits(gap: str) -> int:
    bits = 0
    for between in gap:
        bits = joined(bits, ord(between))
    return bits
