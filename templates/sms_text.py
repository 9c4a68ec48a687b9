"""Fit a text message into as many segments as are allowed."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from models.sms_length import GSM_ALPHABET, GSM_EXTENSION, Encoding, length

PLAIN_PUNCTUATION: Final = str.maketrans(
    {
        **dict.fromkeys("\u00ab\u00bb\u201c\u201d\u201e\u201f", '"'),  # quotation marks
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u0060\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),  # hyphens, dashes, minus
        "\u2026": "...",
        "\u00ad": "",  # a soft hyphen
    }
)
_ELLIPSIS: Final = "..."
_LONGEST_STEP_BACK: Final = 24
"""How far back from where a title is cut a space is looked for, in characters."""


class TextTooLongError(ValueError):
    """A text message takes more segments than the settings allow; what it says is not told."""


def as_spelled(text: str, most: int) -> str:
    """Fit a text that may hold names: its accents go only where it would take more than `most` segments.

    Raises:
        TextTooLongError: it takes more even then.
    """
    return next(_allowed(_spellings(text), most))


def fewest_segments(text: str, most: int) -> str:
    """Fit words of our own, which nobody misses an accent in: the spelling that takes the fewest segments.

    Raises:
        TextTooLongError: it takes more than `most`.
    """
    return min(_allowed(_spellings(text), most), key=lambda spelling: length(spelling).segments)


def with_title(render: Callable[[str], str], title: str, most: int) -> str:
    """Fit a text that holds a title, which is shortened where the whole does not fit otherwise.

    Raises:
        TextTooLongError: what stands beside the title takes more than `most` segments.
    """
    try:
        return as_spelled(render(title), most)
    except TextTooLongError:
        fitted = as_spelled(render(_ELLIPSIS), most)
    shortest, longest = 0, len(title)
    while longest - shortest > 1:
        middle = (shortest + longest) // 2
        try:
            fitted = as_spelled(render(_shortened(title, middle)), most)
        except TextTooLongError:
            longest = middle
        else:
            shortest = middle
    return fitted


def _allowed(spellings: Iterable[str], most: int) -> Iterator[str]:
    allowed = [spelling for spelling in spellings if length(spelling).segments <= most]
    if not allowed:
        raise TextTooLongError(f"a text message takes more than {most} segments")
    return iter(allowed)


def _spellings(text: str) -> Iterator[str]:
    """Write a text in one line: with its accents first, then without those that the alphabet lacks.

    Typographic marks become plain ones where that makes it GSM 7, and an accent of its own joins its letter.
    """
    one_line = unicodedata.normalize("NFC", " ".join(text.split()))
    plain = one_line.translate(PLAIN_PUNCTUATION)
    is_gsm = length(plain).encoding is Encoding.GSM_7
    yield plain if is_gsm else one_line
    if not is_gsm:
        folded = "".join(map(_in_gsm_alphabet, plain))
        yield folded if length(folded).encoding is Encoding.GSM_7 else one_line


def _in_gsm_alphabet(character: str) -> str:
    if character in GSM_ALPHABET or character in GSM_EXTENSION:
        return character
    letters = unicodedata.normalize("NFKD", character)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _shortened(title: str, size: int) -> str:
    """Cut a title behind at most `size` letters, between words where it has some, and mark that."""
    kept = title[:size]
    while kept and len(kept) < len(title) and unicodedata.combining(title[len(kept)]):
        kept = kept[:-1]
    if not title[len(kept) :].startswith(" "):
        space = kept.rfind(" ", -_LONGEST_STEP_BACK if len(kept) > _LONGEST_STEP_BACK else 0)
        kept = kept[:space] if space > 0 else kept
    return kept.rstrip(" ,;:.-") + _ELLIPSIS
