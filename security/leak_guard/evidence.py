"""Whether a word that others bear too, or that means a thing, is said of the person here.

The rule, by grade (`grades.py`):

- A word of her own always counts.
- Two words of one name count side by side, or (unless both are lower-case words of daily prose) with a comma,
  an initial or a small word between. So does a capital word with an initial of her name.
- A frequent name counts alone (with an ending or below four letters: as a capital), unless another's surname
  follows or another's first name is before it; in a line where every word has a capital, that proves nothing.
- A word of daily prose counts alone only with a lone capital in the middle of a sentence, without an article,
  or after a title (`Sra. Luz`).
- Neither grade needs proof where its letters are spaced.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from security.leak_guard.glyphs import BLANK, HYPHEN, NEWLINE, PUNCTUATED, SIGN, STOP, WHITE
from security.leak_guard.grades import SHORTEST_OWN_WORD, Grade
from security.leak_guard.letters import Letters
from security.leak_guard.patterns import Word
from security.leak_guard.words import (
    ARTICLES,
    COMMON_WORDS,
    CONJUNCTIONS,
    FREQUENT_NAMES,
    FUNCTION_WORDS,
    GROUP_WORDS,
    LANDS,
    PARTICLES,
    PLACE_NOUNS,
    SAINTS,
    TITLES,
)

_MOST_BETWEEN: Final = 2
_PROPER: Final = COMMON_WORDS | FREQUENT_NAMES | GROUP_WORDS | SAINTS
"""Words whose capital means a name even where a sentence begins."""

_HEADING_REACH: Final = 5
_HEADING_WORDS: Final = 4


class Occurrence(NamedTuple):
    """A word of a name at a place of the letters."""

    start: int
    end: int
    word: Word


class Evidence:
    """Judge occurrences of one person's words in one reading."""

    def __init__(self, letters: Letters, own_words: AbstractSet[str]) -> None:
        self._letters = letters
        self._own_words = own_words

    def together(self, one: Occurrence, other: Occurrence) -> bool:
        """Tell whether two words, in this order in the text, are parts of one name."""
        if one.word.name == other.word.name or one.end > other.start:
            return False
        first, last = (self._letters.token_at(end - 1) + 1 for end in (one.end, other.start))
        if last - first > _MOST_BETWEEN:
            return False
        between = [self._letters.token(number) for number in range(first, last)]
        if not all(len(text) == 1 or text in PARTICLES for _, text in between):
            return False
        if self._is_parted([*between, (other.start, other.word.text)]):
            return False
        return not (between or self._letters.gaps[other.start] & PUNCTUATED) or self._names(one, other)

    def _is_parted(self, following: list[tuple[int, str]]) -> bool:
        """Tell whether a sentence ends before one of some tokens; a stop after an initial ends none."""
        initial = False
        for start, text in following:
            gap = self._letters.gaps[start]
            if gap & BLANK or (gap & STOP and gap & WHITE and not initial):
                return True
            initial = len(text) == 1
        return False

    def _names(self, one: Occurrence, other: Occurrence) -> bool:
        capital = self._letters.is_capital(one.start) and self._letters.is_capital(other.start)
        return capital or not {one.word.grade, other.word.grade} <= {Grade.COMMON, Grade.BOUND}

    def alone(self, occurrence: Occurrence) -> bool:
        """Tell whether the word is hers without another word of her name beside it."""
        grade = occurrence.word.grade
        if grade is Grade.OWN or (grade is not Grade.BOUND and self._is_spaced(occurrence)):
            return True
        if grade is Grade.FREQUENT:
            whole = occurrence.end - occurrence.start == len(occurrence.word.text) >= SHORTEST_OWN_WORD
            capital = self._letters.is_capital(occurrence.start)
            return (capital or whole) and not self._is_another(occurrence)
        return grade is Grade.COMMON and self._is_lone_capital(occurrence)

    def _is_spaced(self, occurrence: Occurrence) -> bool:
        """Tell whether every letter stands for itself, as nobody writes a thing."""
        return all(self._letters.gaps[occurrence.start + 1 : occurrence.end])

    def with_initial(self, occurrence: Occurrence) -> bool:
        """Tell whether an initial of her name stands beside the word: `I. Flores`, `Flores, I.`."""
        if not self._letters.is_capital(occurrence.start):
            return False
        initials = {word[0] for word in self._own_words if word != occurrence.word.name}
        return any(
            len(text) == 1 and text in initials and self._letters.is_capital(start) and marked
            for start, text, marked in self._initials_beside(occurrence)
        )

    def _initials_beside(self, occurrence: Occurrence) -> Iterator[tuple[int, str, bool]]:
        letters, number = self._letters, self._letters.token_at(occurrence.start)
        if number:
            gap = letters.gaps[occurrence.start]
            yield *letters.token(number - 1), bool(gap & STOP and not gap & BLANK)
        if number + 1 < len(letters.tokens):
            start, text = letters.token(number + 1)
            follows = letters.gaps[letters.tokens[number + 2]] if number + 2 < len(letters.tokens) else STOP
            yield start, text, bool(letters.gaps[start] & PUNCTUATED and follows & STOP)

    def _neighbour(self, number: int, step: int) -> tuple[int, str] | None:
        """Return the next token in a direction that may be one name with this one, past `de` and its like."""
        for _ in range(_MOST_BETWEEN + 1):
            crossed = number + 1 if step > 0 else number
            number += step
            if not 0 <= number < len(self._letters.tokens):
                return None
            if self._letters.gaps[self._letters.tokens[crossed]] & ~(WHITE | NEWLINE | HYPHEN):
                return None
            start, text = self._letters.token(number)
            if text in CONJUNCTIONS or text not in PARTICLES or self._letters.is_capital(start):
                return start, text
        return None

    def _is_name_like(self, start: int, text: str, occurrence: Occurrence) -> bool:
        shouted = self._is_shouted(start, text) and self._is_shouted(
            occurrence.start, self._letters.text[occurrence.start : occurrence.end]
        )
        return (
            self._letters.is_capital(start)
            and not shouted
            and len(text) > 1
            and text not in self._own_words
            and text not in FUNCTION_WORDS
            and text not in TITLES
        )

    def _is_shouted(self, start: int, text: str) -> bool:
        return all(self._letters.is_capital(start + place) for place in range(len(text)))

    def _is_another(self, occurrence: Occurrence) -> bool:
        number = self._letters.token_at(occurrence.start)
        after, before = self._neighbour(number, 1), self._neighbour(number, -1)
        if self._is_heading(number):
            return False
        follows = after is not None and self._is_name_like(*after, occurrence)
        leads = before is not None and self._is_name_like(*before, occurrence)
        return follows or (leads and before is not None and before[1] in FREQUENT_NAMES | SAINTS)

    def _is_heading(self, number: int) -> bool:
        """Tell a line in which every word has a capital, so that capitals prove nothing."""
        reach = range(
            max(0, number - _HEADING_REACH), min(len(self._letters.tokens), number + _HEADING_REACH)
        )
        tokens = [self._letters.token(place) for place in reach]
        long = [start for start, text in tokens if len(text) >= SHORTEST_OWN_WORD]
        listed = any(self._letters.gaps[start] & (PUNCTUATED | STOP) for start, _ in tokens[1:])
        return not listed and len(long) >= _HEADING_WORDS and all(map(self._letters.is_capital, long))

    def _is_lone_capital(self, occurrence: Occurrence) -> bool:
        letters, number = self._letters, self._letters.token_at(occurrence.start)
        text = letters.text[occurrence.start : occurrence.end]
        if not letters.is_capital(occurrence.start) or self._is_shouted(occurrence.start, text) or not number:
            return False
        _, before = letters.token(number - 1)
        gap = letters.gaps[occurrence.start]
        if before in TITLES and not gap & BLANK:
            return True
        belongs = before in ARTICLES | PLACE_NOUNS and not gap & PUNCTUATED
        if belongs or self._begins_sentence(occurrence.start):
            return False
        return not self._is_in_proper_name(number) and not self._is_land(number)

    def _is_land(self, number: int) -> bool:
        """Tell the `Flores` of `the island of Flores`."""
        land = self._neighbour(number, -1)
        return land is not None and land[1] in LANDS

    def _begins_sentence(self, start: int) -> bool:
        gap = self._letters.gaps[start]
        return bool(
            start == 0 or gap & (STOP | BLANK) or (gap & NEWLINE and gap & (SIGN | HYPHEN | PUNCTUATED))
        )

    def _is_in_proper_name(self, number: int) -> bool:
        return any(self._is_joined(self._neighbour(number, step), number, step) for step in (1, -1))

    def _is_joined(self, neighbour: tuple[int, str] | None, number: int, step: int) -> bool:
        """Tell `Paz y Justicia` from `Paz y Marta`: `and` names two people, or joins two things."""
        if neighbour is None:
            return False
        start, text = neighbour
        if text not in CONJUNCTIONS:
            opening = step < 0 and self._begins_sentence(start) and text not in _PROPER
            return self._letters.is_capital(start) and not opening
        beyond = self._neighbour(number + step, step)
        return beyond is not None and beyond[1] in COMMON_WORDS and self._letters.is_capital(beyond[0])
