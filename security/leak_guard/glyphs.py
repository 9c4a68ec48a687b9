"""One character as a reader sees it: letters, a gap between words, or nothing.

Case, accents, characters that are not seen and compatibility forms are folded away; letters that look like
Latin ones are taken for them. The skeleton goes further: digits and signs stand for letters, and l is i.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from string import digits
from typing import Final, NamedTuple

from security.leak_guard.look_alikes import APOSTROPHES, HYPHENS, LOOK_ALIKES, ODD, PUNCTUATION, STOPS

WHITE: Final = 1
NEWLINE: Final = 2
HYPHEN: Final = 4
PUNCTUATED: Final = 8
STOP: Final = 16
APOSTROPHE: Final = 32
SIGN: Final = 64
BLANK: Final = 128
"""What a gap between two letters holds, as bits; BLANK is an empty line."""

_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")
_UNSEEN_CATEGORIES: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Cn"})
_MOST_REMEMBERED: Final = 8192
_ASCII: Final = tuple(map(chr, range(128)))
_BEYOND_ASCII: Final = re.compile("[^\\x00-\\x7f]")
LETTER: Final = "\0"
"""Stands for a letter where only gaps matter."""


class Glyph(NamedTuple):
    """What one character is to a reader: letters, or the bits of a gap; neither where it is not seen."""

    letters: str
    gap: int
    shape: int = 0


LOWER, CAPITAL, ALONE, DIGIT = range(4)
"""Shapes: a word may begin where a capital follows a lower letter, beside a digit, and beside ALONE."""


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
        return ALONE
    if character.isdigit():
        return DIGIT
    return CAPITAL if character.isupper() or character.istitle() else LOWER


def _letters(character: str) -> str:
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_seen(part) for part in parts if unicodedata.category(part) not in _UNSEEN_CATEGORIES)


@lru_cache(maxsize=_MOST_REMEMBERED)
def glyph(character: str) -> Glyph:
    """Fold one character."""
    gap = _gap(character)
    if gap & (WHITE | APOSTROPHE):
        return Glyph("", gap)
    if character in _UNSEEN or unicodedata.category(character) in _UNSEEN_CATEGORIES:
        return Glyph("", 0)
    letters = _letters(character)
    return Glyph(letters, 0, _shape(character)) if letters else Glyph("", gap)


@lru_cache(maxsize=_MOST_REMEMBERED)
def odd_glyph(character: str) -> Glyph:
    """Fold one character into the skeleton."""
    if character in ODD:
        return Glyph(ODD[character], 0, _shape(character))
    plain = glyph(character)
    return plain._replace(letters=skeleton_of(plain.letters))


_SKELETON: Final = str.maketrans({letter: ODD[letter] for letter in f"l{digits}"})


def skeleton_of(word: str) -> str:
    """Return folded letters as they stand in a skeleton."""
    return word.translate(_SKELETON)


def joined(gap: int, between: int) -> int:
    """Return what a gap holds with one more character, whose own bits are given."""
    return gap | between | (BLANK if gap & between & NEWLINE else 0)


class Alphabet:
    """How characters are folded in one spelling, those of ASCII all at once."""

    def __init__(self, fold: Callable[[str], Glyph]) -> None:
        self.fold = fold
        seen = {character: fold(character) for character in _ASCII}
        letters = {character: found for character, found in seen.items() if found.letters}
        gaps = {character: chr(found.gap) if found.gap else None for character, found in seen.items()}
        shapes = {character: chr(found.shape) for character, found in letters.items()}
        self._letters = str.maketrans({character: found.letters or None for character, found in seen.items()})
        self._marks = str.maketrans({character: chr(character in letters) for character in _ASCII})
        self._gaps = str.maketrans(gaps | dict.fromkeys(letters, LETTER))
        self._shapes = str.maketrans(dict.fromkeys(_ASCII) | shapes)

    def letters(self, twin: str) -> str:
        """Return the letters and digits of a text of ASCII."""
        return twin.translate(self._letters)

    def marks(self, twin: str) -> bytes:
        """Return for each character of a text of ASCII whether it is a letter."""
        return twin.translate(self._marks).encode()

    def gaps(self, twin: str) -> str:
        """Return LETTER for each letter of a text of ASCII, and the bits of each character between them."""
        return twin.translate(self._gaps)

    def shapes(self, twin: str) -> bytearray:
        """Return the shape of each letter of a text of ASCII."""
        return bytearray(twin.translate(self._shapes).encode())


@cache
def alphabet(*, skeleton: bool) -> Alphabet:
    """Return the one alphabet or the other."""
    return Alphabet(odd_glyph if skeleton else glyph)


@cache
def _twins() -> dict[tuple[Glyph, Glyph], str]:
    return {(glyph(character), odd_glyph(character)): character for character in _ASCII}


@cache
def _as_written() -> dict[int, str | None]:
    """Return what stands for the letters of the skeleton where they are no letters in plain writing."""
    letters = {character: glyph(character).letters for character in _ASCII if odd_glyph(character).letters}
    return str.maketrans(dict.fromkeys(_ASCII) | {one: plain or LETTER for one, plain in letters.items()})


def ascii_twin(text: str) -> str | None:
    """Return a text of ASCII that is read the same, character by character, if there is one.

    Nearly every text in Latin letters has one, and ASCII is folded at once by `str.translate`.
    """
    for character in set(_BEYOND_ASCII.findall(text)):
        twin = _twins().get((glyph(character), odd_glyph(character)))
        if twin is None:
            return None
        text = text.replace(character, twin)
    return text


def as_written(twin: str) -> str:
    """Return the letters of a text of ASCII beside those of its skeleton, one by one."""
    return twin.translate(_as_written())
