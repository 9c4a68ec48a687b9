"""Where patterns stand in the letters of a reading, however the name is broken up."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise, starmap
from typing import Final

from security.leak_guard.evidence import Occurrence
from security.leak_guard.glyphs import (
    APOSTROPHE,
    BLANK,
    HYPHEN,
    NEWLINE,
    PUNCTUATED,
    STOP,
    WHITE,
    glyph,
    skeleton_of,
)
from security.leak_guard.grades import Grade
from security.leak_guard.letters import Bare, Letters
from security.leak_guard.look_alikes import ODD
from security.leak_guard.patterns import Pattern, Phrase, Word
from security.leak_guard.secret import SecretKind
from security.leak_guard.words import COMMON_WORDS, FREQUENT_NAMES, FUNCTION_WORDS

_GLUED: Final = 9
"""A name of so many letters is no accident, even in the middle of a longer word."""

_HEAD: Final = 4
_LONGEST_TAIL: Final = 6
_BREAKABLE: Final = 5
_TAGS: Final = frozenset("#@")
_VOWELS: Final = frozenset("aeouy")
_PHRASE_TAILS: Final = frozenset({"", "s", "es"})
_ENDS_A_PHRASE: Final = STOP | BLANK | PUNCTUATED

Span = tuple[int, int]


class Needles:
    """What to look for in one spelling, by its first letters."""

    def __init__(self, patterns: Iterable[Pattern], *, skeleton: bool) -> None:
        self._by_head: defaultdict[str, list[tuple[Pattern, str]]] = defaultdict(list)
        for pattern in patterns:
            text = skeleton_of(pattern.text) if skeleton else pattern.text
            self._by_head[text[:_HEAD]].append((pattern, text))

    @property
    def longest(self) -> int:
        """Return how many letters the longest of them has."""
        return max((len(text) for spelt in self._by_head.values() for _, text in spelt), default=0)

    def are_within(self, letters: str) -> bool:
        """Tell whether one of them stands in folded letters."""
        known = (spelt for head, spelt in self._by_head.items() if head in letters)
        return any(text in letters for spelt in known for _, text in spelt)

    def within(self, bare: Bare) -> list[tuple[Pattern, str]]:
        """Return what stands somewhere in a reading, in a skeleton only where it is not plainly written."""
        known = (spelt for head, spelt in self._by_head.items() if head in bare.text)
        found = (one for spelt in known for one in spelt if one[1] in bare.text)
        return [one for one in found if bare.written is None or _is_odd(*one, bare.text, bare.written)]


def _is_odd(pattern: Pattern, needle: str, text: str, written: str) -> bool:
    return any(written[start:end] != pattern.text for start, end in _places(text, needle))


def _places(text: str, needle: str) -> Iterator[Span]:
    start = text.find(needle)
    while start >= 0:
        yield start, start + len(needle)
        start = text.find(needle, start + 1)


class Finder:
    """Find patterns in the letters of one reading."""

    def __init__(self, letters: Letters, *, skeleton: bool) -> None:
        self._letters = letters
        self._skeleton = skeleton

    def words(self, patterns: Iterable[tuple[Pattern, str]]) -> Iterator[Occurrence]:
        """Yield where words stand; the text beside each is its spelling in these letters."""
        for word, text in patterns:
            if isinstance(word, Word):
                yield from self._word(word, text)

    def _word(self, word: Word, text: str) -> Iterator[Occurrence]:
        for start, end in self._places(word, text):
            tail = self._tail(end)
            if tail in word.tails and self._begins(start, word) and self._is_whole_word(start, end, word):
                yield Occurrence(start, end + len(tail), word)
            elif word.is_exact and self._is_tagged(start, word):
                yield Occurrence(start, end, word)

    def phrases(self, patterns: Iterable[tuple[Pattern, str]]) -> Iterator[tuple[Span, Phrase]]:
        """Yield where phrases stand."""
        for phrase, text in patterns:
            if isinstance(phrase, Phrase):
                places = self._places(phrase, text)
                yield from ((place, phrase) for place in places if self._is_whole_phrase(*place, phrase))

    def said(self, phrases: Iterable[str]) -> Iterator[Span]:
        """Yield where folded phrases stand from word to word, whatever is between the words."""
        letters = self._letters
        for phrase in phrases:
            for start, end in _places(letters.text, phrase):
                if letters.opens(start) and self._tail(end) in _PHRASE_TAILS:
                    yield start, end

    def _places(self, pattern: Pattern, text: str) -> Iterator[Span]:
        for start, end in _places(self._letters.text, text):
            if not self._skeleton or self._is_disguised(start, pattern.text):
                yield start, end

    def _is_disguised(self, start: int, text: str) -> bool:
        """Tell whether characters that look like others make the word, and are not most of it."""
        odd = [
            (place, character)
            for place, letter in enumerate(text, start)
            if letter not in glyph(character := self._letters.character(place)).letters
        ]
        signs = sum(not character.isalpha() for _, character in odd)
        return bool(odd) and 2 * signs <= len(text) + 1 and all(starmap(self._may_stand_for, odd))

    def _may_stand_for(self, place: int, character: str) -> bool:
        """Tell whether a character is read as another: a small l only where a capital I could be."""
        if character != "l":
            return character in ODD
        return self._letters.opens(place) or self._letters.is_capital(place - 1)

    def _tail(self, end: int) -> str | None:
        """Return the letters from here to the end of the word; none where that is far."""
        for place in range(end, end + _LONGEST_TAIL):
            if self._letters.opens(place):
                return self._letters.text[end:place]
        return None

    def _begins(self, start: int, word: Word) -> bool:
        return self._letters.opens(start) or self._is_tagged(start, word)

    def _is_tagged(self, start: int, word: Word) -> bool:
        """Tell whether a word of her own is in a hashtag or a handle, where words are run together."""
        if word.grade is not Grade.OWN or len(word.text) < _BREAKABLE:
            return False
        first = self._letters.index[self._letters.tokens[self._letters.token_at(start)]]
        return first > 0 and self._letters.view.text[first - 1] in _TAGS

    def _is_whole_word(self, start: int, end: int, word: Word) -> bool:
        gaps = [gap for gap in self._letters.gaps[start + 1 : end] if gap]
        if all(gap & HYPHEN and gap & NEWLINE for gap in gaps):
            return word.is_exact or self._letters.text[start:end] not in FREQUENT_NAMES | COMMON_WORDS
        if len(gaps) == end - start - 1 > 1:
            return True
        if word.grade in {Grade.COMMON, Grade.BOUND} or not word.is_exact or len(word.text) < _BREAKABLE:
            return word.is_exact and not any(gap & (WHITE | APOSTROPHE) for gap in gaps)
        if any(gap & WHITE and gap & _ENDS_A_PHRASE for gap in gaps):
            return False
        if not any(gap & (WHITE | APOSTROPHE) for gap in gaps):
            return True
        return not self._reads_as_words(start, end)

    def _reads_as_words(self, start: int, end: int) -> bool:
        """Tell whether the pieces of a broken word are words of their own, as in `con suelo` or `a Maya`."""
        cuts = [start, *(place for place in range(start + 1, end) if self._letters.gaps[place]), end]
        pieces = [self._letters.text[one:other] for one, other in pairwise(cuts)]
        known = FUNCTION_WORDS | COMMON_WORDS
        return any(piece in _VOWELS for piece in pieces) or all(piece in known for piece in pieces)

    def _is_whole_phrase(self, start: int, end: int, phrase: Phrase) -> bool:
        gaps = [gap for gap in self._letters.gaps[start + 1 : end] if gap]
        bounded = self._letters.opens(start) and self._tail(end) in _PHRASE_TAILS
        if not any(gap & WHITE for gap in gaps):
            return len(phrase.text) >= _GLUED or (bounded and (bool(gaps) or phrase.may_be_glued))
        if len(gaps) == end - start - 1:
            return bounded
        ends = BLANK if phrase.kind is SecretKind.PLACE else _ENDS_A_PHRASE
        return bounded and not any(gap & ends for gap in gaps)


class Exemptions:
    """The places of what may be said: a secret within one of them is no leak."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def cover(self, start: int, end: int) -> bool:
        """Tell whether one of the places holds all of this one."""
        number = bisect_right(self._starts, start) - 1
        return number >= 0 and self._ends[number] >= end

    def cover_more_than(self, start: int, end: int) -> bool:
        """Tell whether this place is only a part of one of the places: a word of a longer name."""
        return self.cover(start, end + 1) or self.cover(start - 1, end)
