"""Private details of a person: what of them becomes a secret, to the letter."""

import pytest

from security.leak_guard import LeakGuard, Secret, SecretKind, line_and_column, secrets_of
from security.leak_guard.numbers import numbers_of, numbers_within


def _derived(private: dict[str, str | None]) -> list[tuple[str, str]]:
    return [(secret.kind.value, secret.text) for secret in secrets_of(0, name="Itzel", private=private)[1:]]


def _said(kind: SecretKind, secret: str, text: str) -> list[str]:
    leaks = LeakGuard([Secret(0, kind, secret)]).leaks(text, markup=True)
    return [text[leak.start : leak.end] for leak in leaks]


@pytest.mark.parametrize("key", ["apodo", "Apodo", "apodo de niña", "Apodo de niña"])
def test_a_key_that_is_neither_label_nor_data_is_no_secret(key: str) -> None:
    assert _derived({key: "Lucerito"}) == [("private", "Lucerito")]


@pytest.mark.parametrize("key", ["xochi@correo.example", "Julia Solórzano", "Callejón Robles"])
def test_a_key_that_holds_data_is_a_secret_as_well(key: str) -> None:
    assert _derived({key: "Lucerito"}) == [("private", "Lucerito"), ("private", key)]


def test_what_stands_after_a_label_without_a_value_belongs_to_the_detail_before() -> None:
    assert _derived({"phone": None, "Julia Solórzano": None, "Ana Lía": None}) == [
        ("private", "Julia Solórzano, Ana Lía")
    ]


@pytest.mark.parametrize("number", ["7", "43", "4321", "54321"])
def test_a_phone_is_a_secret_however_short_it_is(number: str) -> None:
    assert _derived({"phone": number}) == [("phone", number)]


def test_a_short_number_in_another_detail_is_no_phone() -> None:
    assert _derived({"clave": "Casa 654321"}) == [("private", "Casa 654321")]
    assert _derived({"clave": "Casa 7654321"}) == [("phone", "7654321"), ("private", "Casa 7654321")]


@pytest.mark.parametrize(
    "note", ["Vive sola; trabaja de noche", "Una dos tres cuatro; cinco seis siete ocho"]
)
def test_a_detail_of_up_to_eight_words_stays_whole(note: str) -> None:
    assert _derived({"note": note}) == [("private", note)]


def test_a_longer_detail_is_taken_apart_and_its_lone_short_words_are_left_out() -> None:
    note = "Una dos tres cuatro cinco seis siete ocho; Lupe. Lía! su tía? Ana\nOtra vez"
    assert _derived({"note": note}) == [
        ("private", part)
        for part in ("Una dos tres cuatro cinco seis siete ocho", "Lupe", "su tía", "Otra vez")
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("951 123 4567, 12345", ["9511234567"]),
        ("1234567, 12345", ["1234567"]),
        ("12345, 67", ["12345"]),
        ("12345, 123456", ["12345", "123456"]),
        ("123, 4567", ["1234567"]),
        ("123", []),
        ("", []),
    ],
)
def test_the_longest_numbers_of_a_text_are_its_phones(text: str, numbers: list[str]) -> None:
    assert list(numbers_of(text)) == numbers


def test_a_number_that_a_text_cannot_hold_is_not_looked_for() -> None:
    numbers = [(0, "9511234567"), (1, "12345"), (2, "5550182")]
    assert numbers_within("call951l2E4567or12345", numbers) == [(1, "12345")]
    assert numbers_within("sssolb21234567", numbers) == numbers
    assert numbers_within("s5sol82", numbers) == [(2, "5550182")]


def test_a_number_is_found_each_time() -> None:
    assert _said(SecretKind.PHONE, "1234567", "1234567 x 1234567 x 1234567") == ["1234567"] * 3
    assert _said(SecretKind.PHONE, "1111111", "1 1111111") == ["1111111"]


@pytest.mark.parametrize(
    ("text", "caught"), [("12345", True), ("912345", False), ("123456", False), ("9 12345 6", True)]
)
def test_a_short_number_stands_alone(text: str, *, caught: bool) -> None:
    assert bool(_said(SecretKind.PHONE, "12345", text)) is caught


@pytest.mark.parametrize(("text", "caught"), [("lO555Ol", False), ("1O555Ol", True), ("alO555O1", False)])
def test_letters_stand_for_the_lesser_part_of_the_digits(text: str, *, caught: bool) -> None:
    assert bool(_said(SecretKind.PHONE, "1055501", text)) is caught


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("Rancho El Mezquital, Sector 12", "en el Sector 12", ["Sector 12"]),
        ("Rancho El Mezquital, Sector 5", "en el Sector 5", []),
        ("Rancho El Mezquital, 68000", "C.P. 68000", []),
        ("Barrio Abajo, Rancho", "ayer Rancho", []),
        ("Rancho El Mezquital, Av. Norte", "en Av. Norte", ["Av. Norte"]),
        ("Calle Monte Alto 7", "en Monte Alto 7", ["Monte Alto 7"]),
        ("Calle de la Luna 7", "en calle Luna 7", ["calle Luna 7"]),
        ("Calle de la Luna 7", "en C. de la Luna 7", ["C. de la Luna 7"]),
        ("14 Mill Lane", "at 14 Mill Ln", ["14 Mill Ln"]),
        ("14, 5, Mill Lane", "at 14, 5", ["14, 5"]),
    ],
)
def test_a_place_is_found_by_its_exact_parts(place: str, text: str, said: list[str]) -> None:
    assert _said(SecretKind.PLACE, place, text) == said


@pytest.mark.parametrize(
    ("text", "start", "place"),
    [
        ("ab", 0, (1, 1)),
        ("ab", 1, (1, 2)),
        ("\nab", 0, (1, 1)),
        ("\nab", 1, (2, 1)),
        ("a\n\nb\nc", 3, (3, 1)),
    ],
)
def test_a_place_is_told_as_people_count(text: str, start: int, place: tuple[int, int]) -> None:
    assert line_and_column(text, start) == place
