"""Looking for somebody in a message by plain means, which share nothing with the leak guard."""

import re
import unicodedata
from html import unescape

from tests.integration.machine.cast import Somebody

_TAG = re.compile(r"<[^>]*>")
_STYLES = re.compile(r"(?is)<(style|script)\b.*?</\1>")
_PHONE_DIGITS = 8
_SHORTEST_WORD = 4


def words_in(text: str) -> str:
    """Return the words of a text without case, accents, marks and invisible characters, one space between."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(
        one for one in plain if not unicodedata.combining(one) and unicodedata.category(one) != "Cf"
    )
    return " ".join("".join(one if one.isalnum() else " " for one in kept.casefold()).split())


def readings_of(html: str) -> list[str]:
    """Return what a page says, with its tags read as nothing and as spaces."""
    page = _STYLES.sub(" ", html)
    return [unescape(_TAG.sub(instead, page)) for instead in ("", " ")]


def naming(somebody: Somebody, texts: list[str]) -> set[str]:
    """Tell which things of somebody stand in one of the texts: name, alias, phone, place."""
    known = {"name": somebody.name, "alias": somebody.alias, "place": somebody.place}
    found = {what for what, value in known.items() if any(_says(text, value) for text in texts)}
    number = _digits(somebody.phone)[-_PHONE_DIGITS:]
    return found | {"phone" for text in texts if number in _digits(text)}


def says_word(texts: list[str], word: str) -> bool:
    """Tell whether a word stands in one of the texts."""
    return any(_says(text, word) for text in texts)


def _says(text: str, value: str) -> bool:
    folded = f" {words_in(text)} "
    words = [word for word in words_in(value).split() if len(word) >= _SHORTEST_WORD]
    squeezed = words_in(value).replace(" ", "")
    return any(f" {word} " in folded for word in words) or squeezed in folded.replace(" ", "")


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
