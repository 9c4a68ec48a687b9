"""The quick ways of the leak guard find what the plain ones find."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from security.leak_guard import Leak, LeakGuard, letters, matching, secrets_of
from security.leak_guard.glyphs import LETTER, ascii_twin, glyph, odd_glyph
from security.leak_guard.letters import spellings
from security.leak_guard.views import plain_view

CORPUS: Final = Path(__file__).parent / "leak_corpus"
PEOPLE: Final = json.loads((CORPUS / "people.json").read_text())
LATIN: Final = "azAZ019lI@$|!¡¿?éÉñüç— ' \u2019“”,.;:\t\n\u2028\u200b\u0301-"
MIXED: Final = LATIN + "€£œßæⅣ½αΒЖ漢字๑፩\U0001f170🙂"


def _guard() -> LeakGuard:
    secrets = [one for number, person in enumerate(PEOPLE["people"]) for one in secrets_of(number, **person)]
    return LeakGuard(secrets, allowed=PEOPLE["allowed"], organisations=PEOPLE["organisations"])


def _texts() -> list[str]:
    hostile = [json.loads(line)["text"] for line in (CORPUS / "hostile.jsonl").read_text().splitlines()]
    innocent = [line for path in sorted(CORPUS.glob("*.txt")) for line in path.read_text().splitlines()]
    return [text.replace("⟦", "").replace("⟧", "") for text in hostile[::4]] + innocent[::6]


def _all(texts: list[str]) -> list[tuple[Leak, ...]]:
    guard = _guard()
    return [guard.leaks(text, markup=True) for text in texts]


def test_what_is_ruled_out_at_once_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = _texts()
    found = _all(texts)
    monkeypatch.setattr(letters, "ascii_twin", lambda _text: None)
    monkeypatch.setattr(matching.Needles, "within", _everything)
    monkeypatch.setattr("security.leak_guard.guard.numbers_within", lambda _text, numbers: numbers)
    assert _all(texts) == found
    assert sum(map(bool, found)) > 100


def _everything(needles: Any, _bare: object) -> list[Any]:
    return [one for spelt in needles._by_head.values() for one in spelt]


@given(text=st.text(LATIN, max_size=60))
@example(text="")
@example(text="...")
@example(text="'a\n\nb' lI0")
def test_a_latin_text_is_read_all_at_once_as_it_is_read_letter_by_letter(text: str) -> None:
    for bare in spellings(plain_view(text)):
        assert bare.twin is not None
        assert bare.letters() == letters._from_each(bare)


@given(text=st.text(MIXED, max_size=60) | st.text(max_size=60))
@example(text="😀œ漢")
def test_the_bare_letters_of_a_text_are_those_of_its_characters(text: str) -> None:
    plain, skeleton = spellings(plain_view(text))
    assert plain.text == "".join(glyph(character).letters for character in text)
    assert skeleton.text == "".join(odd_glyph(character).letters for character in text)
    assert (plain.skeleton, skeleton.skeleton) == (False, True)
    assert plain.letters().text == plain.text


@given(text=st.text(LATIN, max_size=60))
def test_the_letters_of_a_skeleton_stand_beside_those_that_are_written(text: str) -> None:
    plain, skeleton = spellings(plain_view(text))
    assert skeleton.written is not None
    assert len(skeleton.written) == len(skeleton.text)
    assert skeleton.written.replace(LETTER, "") == plain.text
    assert plain.written is None


@pytest.mark.parametrize("character", list(MIXED))
def test_a_twin_is_read_like_the_character_in_both_spellings(character: str) -> None:
    read = glyph(character), odd_glyph(character)
    twin = ascii_twin(character)
    assert (twin is None) == all((glyph(one), odd_glyph(one)) != read for one in map(chr, range(128)))
    assert twin is None or (twin.isascii() and (glyph(twin), odd_glyph(twin)) == read)
