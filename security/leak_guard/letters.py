"""A reading as the bare letters and digits that a reader sees, with what stands between them.

Case, accents, characters that are not seen and compatibility forms are folded away; letters that look like
Latin ones are taken for them. The skeleton goes further: digits and signs stand for letters, and l is i.
"""

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from string import digits
from typing import Final, NamedTuple

from security.leak_guard.look_alikes import APOSTROPHES, HYPHENS, LOOK_ALIKES, ODD, PUNCTUATION, STOPS
from security.leak_guard.views import View

WHITE: Final = 1
NEWLINE: Final = 2
HYPHEN: Final = 4
PUNCTUATED: Final = 8
STOP: Final = 16
BLANK: Final = 32
SIGN: Final = 64
APOSTROPHE: Final = 128
"""What a gap between two letters holds, as bits; BLANK is an empty line."""

_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")
_UNSEEN_CATEGORIES: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Cn"})
_LONGEST_TOKEN: Final = 60


class Glyph(NamedTuple):
    """What one character is to a reader: letters, or the bits of a gap; neither where it is not seen."""

    letters: str
    gap: int
    shape: int = 0


_LOWER, _CAPITAL, _ALONE, _DIGIT = range(4)
"""Shapes: a word may begin where a capital follows a lower letter, beside a digit, and beside _ALONE."""


def _gap(character: str) -> int:
    if character in "\n\v\f\u0085\u2028\u2029":
        return WHITE | NEWLINE
    if character.isspace():
        return WHITE
    if character in APOSTROPHES:
        return APOSTROPHE
    classes = ((HYPHENS, HYPHEN), (STOPS, STOP), (PUNCTUATION, PUNCTUATED))
    return next((bit for members, bit in classes if character in members), SIGN)


def _seen(part: str) -> str:
    folded = "".join(LOOK_ALIKES.get(letter, letter) for letter in part.casefold())
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in folded
        if letter.isalnum()
    )


def _is_unspaced(character: str) -> bool:
    """Tell scripts that write no spaces between words: Thai to Khmer, kana, Chinese characters."""
    return (
        "\u0e00" <= character <= "\u0eff"
        or "\u1780" <= character <= "\u17ff"
        or "\u3040" <= character <= "\u9fff"
    )


def _shape(character: str) -> int:
    if _is_unspaced(character) or not character.isalnum():
        return _ALONE
    if character.isdigit():
        return _DIGIT
    return _CAPITAL if character.isupper() or character.istitle() else _LOWER


def _letters(character: str) -> str:
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_seen(part) for part in parts if unicodedata.category(part) not in _UNSEEN_CATEGORIES)


@lru_cache(maxsize=8192)
def glyph(character: str) -> Glyph:
    """Fold one character."""
    gap = _gap(character)
    if gap & (WHITE | APOSTROPHE):
        return Glyph("", gap)
    if character in _UNSEEN or unicodedata.category(character) in _UNSEEN_CATEGORIES:
        return Glyph("", 0)
    letters = _letters(character)
    return Glyph(letters, 0, _shape(character)) if letters else Glyph("", gap)


@lru_cache(maxsize=8192)
def odd_glyph(character: str) -> Glyph:
    """Fold one character into the skeleton."""
    if character in ODD:
        return Glyph(ODD[character], 0, _shape(character))
    plain = glyph(character)
    return plain._replace(letters=skeleton_of(plain.letters))


def folded(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(glyph(character).letters for character in text)


_SKELETON: Final = str.maketrans({letter: ODD[letter] for letter in f"l{digits}"})


def skeleton_of(word: str) -> str:
    """Return folded letters as they stand in a skeleton."""
    return word.translate(_SKELETON)


_TURNS: Final = ((0, 1, 1, 1), (0, 0, 1, 1), (1, 1, 1, 1), (1, 1, 1, 0))
"""By the shapes of two letters that touch: whether a word may begin between them."""


@dataclass(slots=True)
class Letters:
    """The letters of a reading; letter i stands for view.text[index[i]], and gaps[i] is what is before it."""

    view: View
    text: str = ""
    index: "array[int]" = field(default_factory=lambda: array("q"))
    gaps: bytearray = field(default_factory=bytearray)
    turns: bytearray = field(default_factory=bytearray)
    tokens: "array[int]" = field(default_factory=lambda: array("q"))

    def opens(self, place: int) -> bool:
        """Tell whether a word may begin here, or end before here."""
        return place in {0, len(self.text)} or bool(self.gaps[place] or self.turns[place])

    def is_capital(self, place: int) -> bool:
        """Tell whether the letter is written as a capital."""
        character = self.view.text[self.index[place]]
        return character.isupper() or character.istitle()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of some letters in the original text."""
        first, last = self.index[start], self.index[end - 1]
        ends = self.view.starts[first], self.view.ends[first], self.view.starts[last], self.view.ends[last]
        return min(ends), max(ends)

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


def read_letters(view: View, *, skeleton: bool) -> Letters:
    """Fold a reading; the one loop over all characters."""
    fold = odd_glyph if skeleton else glyph
    found, letters = Letters(view), list[str]()
    index, gaps, turns = found.index.append, found.gaps.append, found.turns.append
    gap, before = 0, _LOWER
    for place, character in enumerate(view.text):
        seen, between, shape = fold(character)
        if between:
            gap |= between | (BLANK if between & gap & NEWLINE else 0)
        for letter in seen:
            if gap or not letters:
                found.tokens.append(len(letters))
            letters.append(letter)
            index(place)
            gaps(gap)
            turns(_TURNS[before][shape])
            gap, before = 0, shape
    found.text = "".join(letters)
    return found
