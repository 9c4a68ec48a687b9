from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sms_length import GSM_ALPHABET, GSM_EXTENSION, Encoding, Length, length
from templates.sms_text import TextTooLongError, as_spelled, fewest_segments, with_title

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
ACCENTS = "Acción urgente: amenazas contra «niñas» en São Tomé\u2014la Red pide protección."
WITHOUT = 'Accion urgente: amenazas contra "niñas" en Sao Tomé-la Red pide proteccion.'


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("", Length(GSM, 0, 1)),
        ("n" * 160, Length(GSM, 160, 1)),
        ("n" * 161, Length(GSM, 161, 2)),
        ("n" * 306, Length(GSM, 306, 2)),
        ("n" * 307, Length(GSM, 307, 3)),
        ("n" * 158 + "€", Length(GSM, 160, 1)),
        ("n" * 159 + "€", Length(GSM, 161, 2)),
        ("€" * 80, Length(GSM, 160, 1)),
        ("n" * 152 + "€" + "n" * 152, Length(GSM, 306, 3)),
        ("n" * 151 + "€" + "n" * 153, Length(GSM, 306, 2)),
        ("í" * 70, Length(UCS, 70, 1)),
        ("í" * 71, Length(UCS, 71, 2)),
        ("í" * 134, Length(UCS, 134, 2)),
        ("í" * 135, Length(UCS, 135, 3)),
        ("✊" * 70, Length(UCS, 70, 1)),
        ("💜" * 35, Length(UCS, 70, 1)),
        ("💜" * 36, Length(UCS, 72, 2)),
        ("í" * 66 + "💜" + "í" * 66, Length(UCS, 134, 3)),
        ("í" * 65 + "💜" + "í" * 67, Length(UCS, 134, 2)),
    ],
)
def test_segments_are_counted_as_the_standard_says(text: str, measured: Length) -> None:
    assert length(text) == measured


def test_the_alphabet_has_128_places_of_which_one_is_the_escape() -> None:
    assert len(GSM_ALPHABET) == 127
    assert len(GSM_EXTENSION) == 10
    assert not GSM_ALPHABET & GSM_EXTENSION
    assert set("éèùìòàñüÇ¿¡") <= GSM_ALPHABET
    assert not set("íáóúçêôãõ") & GSM_ALPHABET


def test_accents_stay_where_there_is_room_and_go_where_there_is_none() -> None:
    assert as_spelled(ACCENTS, 2) == ACCENTS
    assert as_spelled(ACCENTS, 1) == WITHOUT


def test_in_our_own_words_they_go_where_that_saves_a_segment() -> None:
    assert fewest_segments(ACCENTS, 2) == WITHOUT
    assert fewest_segments("Acción urgente", 2) == "Acción urgente"


@pytest.mark.parametrize("fit", [as_spelled, fewest_segments])
def test_typographic_marks_become_plain_where_nothing_else_needs_unicode(
    fit: Callable[[str, int], str],
) -> None:
    assert fit("“José” y «Noé»\u2026 \u2018sí\u2019", 1) == "“José” y «Noé»\u2026 \u2018sí\u2019", (
        "í needs UCS-2 all the same"
    )
    assert fit("“José” y «Noé» \u2013 l\u2019été\u2026", 1) == '"José" y "Noé" - l\'été...'


def test_an_accent_of_its_own_joins_its_letter() -> None:
    assert as_spelled("Jose\u0301 y Mun\u0303oz", 1) == "José y Muñoz"


def test_line_breaks_and_wide_spaces_become_spaces() -> None:
    assert as_spelled(" Uno\r\n dos\u00a0tres ", 1) == "Uno dos tres"


@pytest.mark.parametrize("text", ["Acción " * 50, "Срочная акция " * 10, "💜" * 68])
def test_what_does_not_fit_is_refused_and_never_cut(text: str) -> None:
    for fit in (as_spelled, fewest_segments):
        with pytest.raises(TextTooLongError) as caught:
            fit(text, 2)
        assert text[:6] not in str(caught.value)


@given(st.text(max_size=400), st.integers(1, 4))
def test_what_fits_keeps_its_letters(text: str, most: int) -> None:
    try:
        fitted = as_spelled(text, most)
    except TextTooLongError:
        assert length(text).segments > most or length(" ".join(text.split())).segments > most
        return
    assert length(fitted).segments <= most
    assert as_spelled(fitted, most) == fitted


@given(st.text(max_size=900))
def test_each_segment_but_the_last_lacks_at_most_the_one_unit_that_would_divide_a_pair(text: str) -> None:
    measured = length(text)
    room = 153 if measured.encoding is GSM else 67
    if measured.segments > 1:
        assert (measured.segments - 1) * (room - 1) < measured.units <= measured.segments * room


def announced(title: str, most: int) -> str:
    return with_title(lambda shown: f"Red, acción 1: {shown} https://a.example/1", title, most)


def test_a_title_that_fits_is_left_as_it_is() -> None:
    assert announced("Amenazas contra María", 2) == "Red, acción 1: Amenazas contra María https://a.example/1"


def test_a_title_is_shortened_between_words_and_says_so() -> None:
    shortened = announced("Amenazas de muerte, contra dos defensoras. " * 8, 1)
    assert shortened.endswith("... https://a.example/1")
    assert shortened.startswith("Red, accion 1: Amenazas de muerte, contra dos defensoras. Amenazas")
    kept = shortened.removesuffix("... https://a.example/1")
    assert kept[-1].isalpha()
    assert kept.split()[-1] in {"Amenazas", "de", "muerte", "contra", "dos", "defensoras"}
    assert 140 <= length(shortened).units <= 160


def test_a_title_without_spaces_is_shortened_between_letters() -> None:
    shortened = announced("威脅" * 100, 1)
    assert length(shortened) == Length(UCS, 70, 1)


@given(st.text(max_size=300), st.integers(1, 3))
def test_an_announcement_always_fits_and_keeps_what_stands_beside_its_title(title: str, most: int) -> None:
    shown = announced(title, most)
    assert length(shown).segments <= most
    assert shown.startswith(("Red, acción 1: ", "Red, accion 1:"))
    assert shown.endswith("https://a.example/1")


def test_what_stands_beside_a_title_is_never_cut() -> None:
    with pytest.raises(TextTooLongError):
        with_title(lambda title: "x" * 400 + title, "Amenazas", 2)
