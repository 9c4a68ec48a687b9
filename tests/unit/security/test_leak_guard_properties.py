import random
import unicodedata
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from security.leak_guard import LeakGuard, Secret, SecretKind, line_and_column
from security.leak_guard.look_alikes import LOOK_ALIKES

NAMES = ("Itzel Robles Canseco", "María de la Luz Hernández Peña", "Ana Paz Flores", "Grace Okonjwe-Hart")
UNSEEN = "\u200b\u200c\u200d\u00ad\u2060\ufeff\u200e\u202a\u2066\u034f\ufe0f\u0301\u0303\u0308"
SIGNS = "<>&;#%=[]()*_~`\\-!/\"' \n\r\t\u202e\u202c0oOlI1@$|\u0301\u200b"
PIECES = (
    "Itzel",
    "Robles",
    "Luz",
    "Hernández",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "&#73;",
    "%49",
    "=49",
    "=\n",
    "\\u0049",
)
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(SIGNS, max_size=4), max_size=40).map("".join)


@cache
def _guard() -> LeakGuard:
    return LeakGuard(Secret(number, SecretKind.NAME, name) for number, name in enumerate(NAMES))


def _disguised(name: str, chance: random.Random) -> str:
    """Change case, take accents away, and put in what is not seen, at random."""
    bare = (part for part in unicodedata.normalize("NFD", name) if not unicodedata.combining(part))
    cased = (chance.choice((letter.upper(), letter.lower())) for letter in bare)
    return "".join(letter + chance.choice(("", "", chance.choice(UNSEEN))) for letter in cased)


@given(
    number=st.integers(0, len(NAMES) - 1),
    chance=st.randoms(use_true_random=False),
    before=st.sampled_from(["", "Ayer ", "(", "Sra. ", "¿Dónde está ", "1. "]),
    after=st.sampled_from(["", " fue vista.", ")", ", 34", "\u2019s house", "?"]),
    markup=st.booleans(),
)
def test_a_planted_name_is_found(
    number: int, chance: random.Random, before: str, after: str, *, markup: bool
) -> None:
    planted = _disguised(NAMES[number], chance)
    (leak,) = _guard().leaks(before + planted + after, markup=markup)
    assert (leak.person, leak.kind) == (number, SecretKind.NAME)
    assert leak.start == len(before)
    assert len(before + planted.rstrip(UNSEEN)) == leak.end


@given(text=st.text() | HOSTILE, markup=st.booleans())
@example(text="\ud800Itzel\udfff", markup=True)
@example(text="<!--<!--<a '\"", markup=True)
def test_no_text_raises_and_every_place_is_within_it(text: str, *, markup: bool) -> None:
    for leak in _guard().leaks(text, markup=markup):
        assert 0 <= leak.start < leak.end <= len(text)
        assert leak.person in range(len(NAMES))


@given(text=st.text("bcdfghjkmpqvwxy 0123456789.,\n<>&*_", max_size=300))
def test_a_text_without_her_letters_is_clean(text: str) -> None:
    guard = LeakGuard([Secret(0, SecretKind.NAME, "Itzel Robles Canseco")])
    assert guard.leaks("".join(letter for letter in text if letter not in "0123456789"), markup=True) == ()


@given(name=st.text(min_size=1, max_size=60), text=HOSTILE)
def test_no_secret_is_too_odd(name: str, text: str) -> None:
    for kind in SecretKind:
        guard = LeakGuard([Secret(0, kind, name)], allowed=[text], organisations=[name[:5]])
        assert all(leak.kind is kind for leak in guard.leaks(text + name, markup=True))


@given(
    words=st.lists(st.text("bcdfgmnprstvaeiou", min_size=7, max_size=9), min_size=2, max_size=4, unique=True)
)
def test_any_rare_name_is_found_in_any_order(words: list[str]) -> None:
    guard = LeakGuard([Secret(3, SecretKind.NAME, " ".join(words))])
    for form in (words, words[::-1], words[1:] + words[:1]):
        (leak,) = guard.leaks("zzz " + " ".join(form) + " zzz", markup=False)
        assert (leak.start, leak.end) == (4, 4 + len(" ".join(words)))


@given(text=st.text("ab\n", max_size=40), place=st.integers(0, 40))
def test_line_and_column_lead_to_the_character(text: str, place: int) -> None:
    start = min(place, len(text))
    line, column = line_and_column(text, start)
    lines = text.split("\n")
    assert sum(len(one) + 1 for one in lines[: line - 1]) + column - 1 == start


@pytest.mark.parametrize("row", LOOK_ALIKES.items())
def test_every_look_alike_stands_for_latin_letters(row: tuple[str, str]) -> None:
    look_alike, letters = row
    assert len(look_alike) == 1
    assert not look_alike.isascii()
    assert letters.isascii()
    assert letters.islower()
