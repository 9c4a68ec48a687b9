import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.sms_text import GSM_ALPHABET, fewest_segments


def test_a_short_text_keeps_its_accents() -> None:
    assert fewest_segments("Acción urgente: “María” está viva") == "Acción urgente: “María” está viva"


def test_accents_go_where_that_saves_a_segment_and_letters_of_the_alphabet_stay() -> None:
    text = "Acción urgente: amenazas contra «niñas» en São Tomé\u2014la Red pide protección."
    folded = 'Accion urgente: amenazas contra "niñas" en Sao Tomé-la Red pide proteccion.'
    assert fewest_segments(text) == folded


@pytest.mark.parametrize("text", ["Acción " * 40, "Срочная акция " * 8])
def test_a_text_that_would_not_fit_anyway_is_left_as_it_is(text: str) -> None:
    assert fewest_segments(text) == text.strip()


def test_line_breaks_become_spaces() -> None:
    assert fewest_segments(" Uno\r\n dos ") == "Uno dos"


@given(st.text(max_size=300))
def test_nothing_is_cut_off(text: str) -> None:
    fitted = fewest_segments(text)
    unchanged = fitted == " ".join(text.split())
    assert unchanged or (len(fitted) <= 160 and GSM_ALPHABET.issuperset(fitted))
