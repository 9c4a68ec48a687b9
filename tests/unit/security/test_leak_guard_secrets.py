"""Aliases, phones, places and private details: from the case to the text."""

import pytest

from security.leak_guard import LeakGuard, Secret, SecretKind, secrets_of


def _said(kind: SecretKind, secret: str, text: str) -> list[str]:
    leaks = LeakGuard([Secret(0, kind, secret)]).leaks(text, markup=True)
    assert {leak.kind for leak in leaks} <= {kind}
    return [text[leak.start : leak.end] for leak in leaks]


def _derived(private: dict[str, str | None]) -> list[tuple[str, str]]:
    found = secrets_of(4, name="Itzel Robles", private=private)
    assert {secret.person for secret in found} == {4}
    return [(secret.kind.value, secret.text) for secret in found[1:]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+52 951 123 4567", "52 951 123 4567"),
        ("(951)123/45-67", "951)123/45-67"),
        ("123 4567", "123 4567"),
        ("044 951 123 4567", "951 123 4567"),
        ("951 l23 4S67", "951 l23 4S67"),
        ("x9511234567x", "9511234567"),
        ("٩٥١ ١٢٣ ٤٥٦٧", "٩٥١ ١٢٣ ٤٥٦٧"),
    ],
)
def test_a_phone_is_found_over_any_separators(text: str, found: str) -> None:
    assert _said(SecretKind.PHONE, "+52 951 123 4567", text) == [found]


@pytest.mark.parametrize("text", ["951 123 4568", "1234567890", "951 123 456", "951 123 x 4567", "lzE asG l"])
def test_another_number_is_left_alone(text: str) -> None:
    assert not _said(SecretKind.PHONE, "+52 951 123 4567", text)


def test_a_short_number_is_compared_whole() -> None:
    assert _said(SecretKind.PHONE, "12-345", "call 12345 now") == ["12345"]
    assert not _said(SecretKind.PHONE, "12-345", "call 912345 now")
    assert not _said(SecretKind.PHONE, "1234", "in 1234")


def test_each_number_of_a_text_is_a_phone() -> None:
    text = "951 123 4567 / 951 765 4321, ext. 12"
    assert _said(SecretKind.PHONE, text, "9517654321") == ["9517654321"]
    assert _said(SecretKind.PHONE, text, "9511234567") == ["9511234567"]
    assert _said(SecretKind.PHONE, "951/123/4567", "9511234567") == ["9511234567"]


@pytest.mark.parametrize(
    "text",
    [
        "Callejón del Aljibe 7",
        "callejon aljibe",
        "Cjon. del Aljibe",
        "Aljibe 7",
        "Calle 5, Santa Brígida",
        "Cl. 5",
        "en el callejón\ndel aljibe",
    ],
)
def test_a_place_is_found_by_what_leads_to_her_door(text: str) -> None:
    assert _said(SecretKind.PLACE, "Callejón del Aljibe 7, Calle 5, Santa Brígida", text)


@pytest.mark.parametrize(
    "text", ["Santa Brígida", "callejón", "un aljibe", "Calle 55", "el callejón.\n\nAljibe"]
)
def test_the_town_and_the_words_of_a_place_may_be_said(text: str) -> None:
    assert not _said(SecretKind.PLACE, "Callejón del Aljibe 7, Calle 5, Santa Brígida", text)


def test_a_place_of_one_word_or_number_first_is_found() -> None:
    assert _said(SecretKind.PLACE, "Tlaxipehual", "rumbo a tlaxipehual") == ["tlaxipehual"]
    assert _said(SecretKind.PLACE, "14, Tannery Lane", "14 Tannery Ln") == ["14 Tannery Ln"]


def test_an_alias_counts_whole() -> None:
    assert _said(SecretKind.ALIAS, "Maestra Tonantzin", "la maestra\nTONANTZIN") == ["maestra\nTONANTZIN"]
    assert not _said(SecretKind.ALIAS, "Maestra Tonantzin", "la maestra y Tonantzin")
    assert not _said(SecretKind.ALIAS, "Maestra Tonantzin", "maestra. Tonantzin")
    assert not _said(SecretKind.ALIAS, "Flor", "una flor")
    assert _said(SecretKind.ALIAS, "Flor", "ayer Flor habló") == ["Flor"]


def test_a_stray_comma_hides_nothing() -> None:
    assert _derived({"place": "Barrio Abajo", "San Aurelio": None}) == [
        ("place", "Barrio Abajo, San Aurelio")
    ]
    assert _derived({"phone": "951 123 4567", "951 765 4321": None}) == [
        ("phone", "9511234567"),
        ("phone", "9517654321"),
    ]
    assert _derived({"Barrio Abajo": None}) == [("private", "Barrio Abajo")]


def test_a_label_is_no_secret_and_a_key_that_holds_data_is() -> None:
    assert _derived({"phone": None, "hermana": "Julia Solórzano"}) == [("private", "Julia Solórzano")]
    assert _derived({"Julia Solórzano": "su hermana mayor"}) == [
        ("private", "su hermana mayor"),
        ("private", "Julia Solórzano"),
    ]
    assert _derived({"951 123 4567": "recados"}) == [
        ("private", "recados"),
        ("phone", "9511234567"),
        ("private", "951 123 4567"),
    ]


def test_labels_of_four_languages_tell_phones_and_places() -> None:
    assert _derived({"teléfono": "951 123", "Endereço": "Rua Torta 3"}) == [
        ("phone", "951123"),
        ("place", "Rua Torta 3"),
    ]


def test_a_number_in_any_detail_is_a_phone() -> None:
    assert ("phone", "9511234567") in _derived({"note": "Llamar al 951 123 4567 de noche"})


def test_a_long_note_is_guarded_by_its_parts() -> None:
    note = "Vive con su hermana Julia desde marzo de este año. Trabaja en la panadería Lupita; no"
    assert _derived({"note": note}) == [
        ("private", "Vive con su hermana Julia desde marzo de este año"),
        ("private", "Trabaja en la panadería Lupita"),
    ]


def test_empty_and_signs_only_secrets_alarm_nowhere() -> None:
    secrets = [Secret(0, kind, text) for kind in SecretKind for text in ("", "...", "—", "de la")]
    assert LeakGuard(secrets, allowed=[""], organisations=["", "."]).leaks("... — nada", markup=True) == ()
    assert secrets_of(0, name=" ", aliases=[""], private={"phone": "", "": None}) == ()


@pytest.mark.parametrize("number", ["፩፪", "①②", "¹²", "๑๒", "Ⅻ", "㊿"])
def test_numerals_of_any_kind_are_read_without_an_error(number: str) -> None:
    guard = LeakGuard([Secret(0, SecretKind.NAME, f"Itzel {number}")])
    (leak,) = guard.leaks(f"{number}, Itzel", markup=True)
    assert leak.end == len(f"{number}, Itzel")


@pytest.mark.parametrize(
    "text", ["il n'a pas", "d'accueil", "n. d.", "vitamina D", "el plan N, d", "ayer N fue"]
)
def test_a_single_letter_of_a_name_is_no_name(text: str) -> None:
    guard = LeakGuard([*secrets_of(0, name="Blanche N'Guessan"), *secrets_of(1, name="Joana D'Arc Ferreira")])
    assert guard.leaks(text, markup=True) == ()
    assert [
        text[leak.start : leak.end]
        for text in ("N'Guessan", "d'Arc")
        for leak in guard.leaks(text, markup=True)
    ]


def test_a_secret_does_not_show_itself() -> None:
    assert "Itzel" not in repr(secrets_of(0, name="Itzel", aliases=["Itzelita"]))


@pytest.mark.parametrize("text", ['<a title="Itzel">x</a>', "<!-- Itzel -->", "[x](/Itzel)", "a < Itzel > b"])
def test_a_name_within_markup_is_found(text: str) -> None:
    leaks = LeakGuard([Secret(0, SecretKind.NAME, "Itzel")]).leaks(text, markup=True)
    assert [text[leak.start : leak.end] for leak in leaks] == ["Itzel"]


def test_markup_is_read_only_where_it_is_said_to_be() -> None:
    guard = LeakGuard([Secret(0, SecretKind.NAME, "Itzel")])
    text = "It<b>x</b>... It<b>z</b>el, I&#116;zel"
    places = [text[leak.start : leak.end] for leak in guard.leaks(text, markup=True)]
    assert places == ["It<b>z</b>el", "I&#116;zel"]
    assert guard.leaks(text, markup=False) == ()


def test_leaks_come_in_the_order_of_the_text_once_each() -> None:
    secrets = [Secret(1, SecretKind.NAME, "Itzel Robles"), Secret(0, SecretKind.ALIAS, "Lenou")]
    text = "Lenou **Itzel Robles** Lenou I&#116;zel"
    found = [
        (leak.person, text[leak.start : leak.end]) for leak in LeakGuard(secrets).leaks(text, markup=True)
    ]
    assert found == [(0, "Lenou"), (1, "Itzel Robles"), (0, "Lenou"), (1, "I&#116;zel")]
