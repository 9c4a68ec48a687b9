"""Telephone numbers: the same whatever stands between the digits, and whatever stands before them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from security.leak_guard.letters import Letters
from security.leak_guard.look_alikes import DIGIT_LOOK_ALIKES

_GROUP: Final = re.compile(r"\d(?:[^\w,;/\n|]*\d)*")
_COMPARED_DIGITS: Final = 7
_FEWEST_DIGITS: Final = 5
_READ_AS_DIGITS: Final = str.maketrans(DIGIT_LOOK_ALIKES)


def numbers_of(text: str, *, at_least: int = _FEWEST_DIGITS) -> tuple[str, ...]:
    """Return the digits of each number in a text; one that is divided by strokes only is taken as one."""
    groups = ["".join(_digits(found)) for found in _GROUP.findall(text)]
    long = [group for group in groups if len(group) >= _COMPARED_DIGITS]
    found = long or [group for group in groups if len(group) >= _FEWEST_DIGITS] or ["".join(groups)]
    return tuple(group for group in found if len(group) >= at_least)


def _digits(text: str) -> Iterator[str]:
    return (str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def numbers_within(text: str, numbers: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the people's numbers that folded letters may hold, whatever is between them."""
    spellings = text, text.translate(_READ_AS_DIGITS)
    return [one for one in numbers if any(one[1][-_COMPARED_DIGITS:] in spelling for spelling in spellings)]


def find_number(letters: Letters, number: str) -> Iterator[tuple[int, int]]:
    """Find a number by its last seven digits, or all if it has fewer; return first letter and end."""
    compared = number[-_COMPARED_DIGITS:]
    for text in {letters.text, letters.text.translate(_READ_AS_DIGITS)}:
        start = text.find(compared)
        while start >= 0:
            first, end = _with_code(letters.text, start, number), start + len(compared)
            if _is_number(letters, start, end) and _is_written_in_digits(letters, first, end):
                yield first, end
            start = text.find(compared, start + 1)


def _is_number(letters: Letters, start: int, end: int) -> bool:
    whole = end - start == _COMPARED_DIGITS or not _runs_on(letters, start)
    return whole and not _runs_on(letters, end)


def _is_written_in_digits(letters: Letters, start: int, end: int) -> bool:
    """Tell a number with some letters for digits from words that happen to hold them."""
    written = letters.text[start:end]
    if written.isdigit():
        return True
    return letters.opens(start) and 2 * sum(map(str.isdigit, written)) >= end - start


def _runs_on(letters: Letters, place: int) -> bool:
    """Tell whether two digits touch here."""
    if place in {0, len(letters.text)} or letters.gaps[place]:
        return False
    return letters.text[place - 1].isdigit() and letters.text[place].isdigit()


def _with_code(text: str, start: int, number: str) -> int:
    """Return where the number begins, as far as the digits before are its own."""
    for digit in reversed(number[:-_COMPARED_DIGITS]):
        if not start or text[start - 1] != digit:
            return start
        start -= 1
    return start
