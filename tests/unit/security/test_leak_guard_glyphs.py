"""What a reader sees in one character."""

# ruff: noqa: RUF001 - look-alikes are what this is of

import unicodedata

import pytest

from security.leak_guard.glyphs import (
    ALONE,
    APOSTROPHE,
    BLANK,
    CAPITAL,
    DIGIT,
    HYPHEN,
    LOWER,
    NEWLINE,
    PUNCTUATED,
    SIGN,
    STOP,
    WHITE,
    Glyph,
    glyph,
    joined,
    odd_glyph,
    skeleton_of,
)

UNSEEN = Glyph("", 0)
LETTERS = {
    "a": Glyph("a", 0, LOWER),
    "A": Glyph("a", 0, CAPITAL),
    "é": Glyph("e", 0, LOWER),
    "Ñ": Glyph("n", 0, CAPITAL),
    "ß": Glyph("ss", 0, LOWER),
    "œ": Glyph("oe", 0, LOWER),
    "Æ": Glyph("ae", 0, CAPITAL),
    "ﬁ": Glyph("fi", 0, LOWER),
    "ǅ": Glyph("dz", 0, CAPITAL),
    "7": Glyph("7", 0, DIGIT),
    "٣": Glyph("3", 0, DIGIT),
    "²": Glyph("2", 0, DIGIT),
    "½": Glyph("12", 0, LOWER),
    "Ⅳ": Glyph("iv", 0, CAPITAL),
    "ⓐ": Glyph("a", 0, ALONE),
    "\uff21": Glyph("a", 0, CAPITAL),
    "\u0430": Glyph("a", 0, LOWER),
    "\u0410": Glyph("a", 0, CAPITAL),
    "Ж": Glyph("ж", 0, CAPITAL),
    "ı": Glyph("i", 0, LOWER),
    "İ": Glyph("i", 0, CAPITAL),
    "α": Glyph("α", 0, LOWER),
    "漢": Glyph("漢", 0, ALONE),
    "\u3040": UNSEEN,
    "ぁ": Glyph("ぁ", 0, ALONE),
    "\u9fff": Glyph("\u9fff", 0, ALONE),
    "ꀀ": Glyph("ꀀ", 0, LOWER),
    "ก": Glyph("ก", 0, ALONE),
    "ក": Glyph("ក", 0, ALONE),
    "๑": Glyph("1", 0, ALONE),
    "ໜ": Glyph("ຫນ", 0, ALONE),
    "ཀ": Glyph("ཀ", 0, LOWER),
    "ខ": Glyph("ខ", 0, ALONE),
    "។": Glyph("", SIGN),
    "ᠠ": Glyph("ᠠ", 0, LOWER),
    "\U0001f1e6": Glyph("a", 0, ALONE),
}
GAPS = {
    " ": WHITE,
    "\t": WHITE,
    "\r": WHITE,
    "\u00a0": WHITE,
    "\n": WHITE | NEWLINE,
    "\v": WHITE | NEWLINE,
    "\f": WHITE | NEWLINE,
    "\u0085": WHITE | NEWLINE,
    "\u2028": WHITE | NEWLINE,
    "\u2029": WHITE | NEWLINE,
    "'": APOSTROPHE,
    "\u2019": APOSTROPHE,
    "\u02bc": APOSTROPHE,
    "-": HYPHEN,
    "—": HYPHEN,
    "=": HYPHEN,
    ".": STOP,
    "¿": STOP,
    ":": STOP,
    "…": STOP,
    ",": PUNCTUATED,
    "«": PUNCTUATED,
    "/": PUNCTUATED,
    "#": SIGN,
    "@": SIGN,
    "€": SIGN,
    "🙂": SIGN,
}
NOT_SEEN = ["\u0301", "\u200b", "\u00ad", "\x00", "\ud800", "\u0378", "\u20dd", "\u115f", "\u3164", "\u034f"]
ODD = {
    "0": Glyph("o", 0, DIGIT),
    "1": Glyph("i", 0, DIGIT),
    "l": Glyph("i", 0, LOWER),
    "I": Glyph("i", 0, CAPITAL),
    "L": Glyph("i", 0, CAPITAL),
    "ł": Glyph("i", 0, LOWER),
    "@": Glyph("a", 0, ALONE),
    "$": Glyph("s", 0, ALONE),
    "α": Glyph("a", 0, LOWER),
    "Α": Glyph("a", 0, CAPITAL),
    "²": Glyph("z", 0, DIGIT),
    "e": Glyph("e", 0, LOWER),
    ".": Glyph("", STOP),
    " ": Glyph("", WHITE),
    "\u0301": UNSEEN,
}


@pytest.mark.parametrize("character", LETTERS)
def test_a_letter_is_folded_and_keeps_its_shape(character: str) -> None:
    assert glyph(character) == LETTERS[character]


@pytest.mark.parametrize("character", GAPS)
def test_a_gap_says_what_it_is_made_of(character: str) -> None:
    assert glyph(character) == Glyph("", GAPS[character])


@pytest.mark.parametrize("character", NOT_SEEN)
def test_what_is_not_seen_is_neither_letter_nor_gap(character: str) -> None:
    assert glyph(character) == UNSEEN
    assert unicodedata.category(character) in {"Mn", "Me", "Cf", "Cc", "Cs", "Cn", "Lo"}


@pytest.mark.parametrize("character", ODD)
def test_a_sign_or_a_digit_stands_for_a_letter_in_the_skeleton(character: str) -> None:
    assert odd_glyph(character) == ODD[character]


def test_a_word_has_a_skeleton() -> None:
    assert skeleton_of("il0ve58") == "iiovesb"
    assert skeleton_of("α፩") == "α፩"


def test_a_gap_with_two_line_ends_is_blank() -> None:
    line = WHITE | NEWLINE
    assert joined(0, line) == line
    assert joined(line, WHITE) == line
    assert joined(line, line) == line | BLANK
    assert joined(STOP, line) == STOP | line
    assert joined(0, 0) == 0
