"""What counts as a person's name, and what is left alone."""

from collections.abc import Iterable

import pytest

from security.leak_guard import LeakGuard, Secret, SecretKind


def _said(
    name: str, text: str, *, allowed: Iterable[str] = (), organisations: Iterable[str] = ()
) -> list[str]:
    """Return the parts of a text in which a name is found."""
    guard = LeakGuard([Secret(0, SecretKind.NAME, name)], allowed=allowed, organisations=organisations)
    return [text[leak.start : leak.end] for leak in guard.leaks(text, markup=True)]


@pytest.mark.parametrize(
    "text",
    ["Itzel", "itzel", "ITZEL", "Itzel's", "los Itzeles", "Itzelita", "Itzelcita", "ayer,Itzel", "x Itzel2"],
)
def test_a_word_of_her_own_counts_alone(text: str) -> None:
    assert _said("Itzel Canseco", text)


@pytest.mark.parametrize("text", ["Itzelandia", "Pitzel", "Cansecoa", "preitzelado", "Itze", "Canse"])
def test_a_longer_or_shorter_word_is_another_word(text: str) -> None:
    assert not _said("Itzel Canseco", text)


@pytest.mark.parametrize(
    "text",
    [
        "Martha fue detenida",
        "vimos a martha ayer",
        "Martha y Juana salieron",
        "Sra. Hernández",
        "la familia Hernández huyó",
        "Justicia Para Martha Detenida Ayer",
        "MARTHA FUE DETENIDA",
        "Martha L. Hernández",
        "a Hernández, Martha",
        "M. Hernández",
        "Hernández, M.",
        "le dicen Marthita",
    ],
)
def test_a_frequent_name_counts_unless_it_is_anothers(text: str) -> None:
    assert _said("Martha Hernández", text)


@pytest.mark.parametrize(
    "text",
    [
        "Martha Gómez declaró",
        "ayer Martha de Gómez declaró",
        "el fiscal Juan Hernández",
        "San Juan Hernández es un pueblo",
        "las marthas del bosque",
    ],
)
def test_a_frequent_name_in_anothers_name_is_left_alone(text: str) -> None:
    assert not _said("Martha Hernández", text)


@pytest.mark.parametrize(
    "text",
    [
        "ayer Luz fue detenida",
        "Ayer Luz fue detenida",
        "la hija de Luz salió",
        "con Luz y Marta",
        "Sra. Luz",
        "luz flores",
        "Luz Flores",
        "FLORES Luz",
        "Flores, Luz",
        "Luz de las Flores",
        "Luz M. Flores",
        "L u z",
        "L. Flores",
        "Flores (L.)",
        "LuzFlores",
    ],
)
def test_an_everyday_word_counts_where_it_is_a_name(text: str) -> None:
    assert _said("Luz Flores", text)


@pytest.mark.parametrize(
    "text",
    [
        "la luz del día",
        "Luz eléctrica no hay",
        "apagaron la Luz",
        "una luz, flores y velas",
        "Sin agua. Luz no hay. Flores tampoco",
        "el Colectivo Luz protestó",
        "Colectivo Luz protestó",
        "en Puerto Luz no hay clases",
        "el río Luz está seco",
        "la marcha por Paz y Luz",
        "LUZ Y AGUA",
        "luces",
        "Luzes",
        "bajo Luz Roja, cerrado",
        "lejos de la isla de Luz",
        "the city of Luz",
        "ville de Luz",
        "la empresa Luz y Fuerza",
        "l. flores",
    ],
)
def test_an_everyday_word_is_left_alone_where_it_is_a_thing(text: str) -> None:
    assert not _said("Luz Flores", text)


def test_months_and_weekdays_count_only_with_another_word_of_the_name() -> None:
    assert not _said("May Hope", "we met in May at noon")
    assert _said("May Hope", "we met May Hope at noon")


def test_a_title_in_a_name_is_no_name() -> None:
    assert not _said("Familia Tovilla", "viven ahí cien familias; la Familia Ortiz se fue")
    assert _said("Familia Tovilla", "los Tovilla se fueron") == ["Tovilla"]


def test_two_words_far_apart_are_no_name() -> None:
    assert not _said("Luz Flores", "la luz entre otras muchas flores")
    assert not _said("Luz Flores", "Había luz\n\nflores en la mesa")


@pytest.mark.parametrize(
    ("text", "caught"), [("con suelo", False), ("Con Suelo", False), ("c-o-n-s-u-e-l-o", True)]
)
def test_a_word_that_is_broken_into_words_is_no_name(text: str, *, caught: bool) -> None:
    assert bool(_said("Consuelo Iturri", text)) is caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("ama ya", True),
        ("a maya", False),
        ("ama, ya", False),
        ("ama. Ya", False),
        ("am.aya", True),
        ("a'maya", False),
    ],
)
def test_a_broken_word_is_her_own_unless_the_pieces_are_words(text: str, *, caught: bool) -> None:
    assert bool(_said("Amaya Iturri", text)) is caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [("#vivaamaya", True), ("@amayalibre", True), ("vivaamaya", False), ("#vivaluz", False)],
)
def test_words_run_together_count_in_hashtags_and_handles(text: str, *, caught: bool) -> None:
    assert bool(_said("Amaya Luz", text)) is caught


def test_a_whole_name_counts_in_the_middle_of_a_word_and_a_short_one_does_not() -> None:
    assert _said("Luz Esperanza", "xxluzesperanzaxx") == ["luzesperanza"]
    assert not _said("Ana Sol", "analuzanasola")
    assert not _said("Ana Sol", "una mañana solana")
    assert not _said("Ana Torres", "la hermana torres")


def test_the_words_of_a_name_that_may_be_said_do_not_count_alone() -> None:
    text = "Rosaura Robles y su prima. Robles pidió ayuda."
    assert _said("Itzel Robles", text) == ["Robles", "Robles"]
    assert _said("Itzel Robles", text, allowed=["Rosaura Robles"]) == []
    assert _said("Itzel Robles", "Itzel Robles", allowed=["Rosaura Robles"]) == ["Itzel Robles"]
    assert _said("Itzel Robles", "I. Robles", allowed=["Rosaura Robles"]) == ["Robles"]


def test_two_people_who_may_be_named_do_not_make_her_name() -> None:
    allowed = ["Marta Hernández", "Rosa Flores"]
    assert not _said("Rosa Hernández", "Marta Hernández, Rosa Flores", allowed=allowed)
    assert _said("Rosa Hernández", "Rosa Hernández", allowed=allowed)


def test_a_pseudonym_may_be_said_but_not_with_her_surname() -> None:
    assert not _said("Rosa Flores", "Ayer Rosa habló", allowed=["Rosa"])
    assert _said("Rosa Flores", "Ayer Rosa Flores habló", allowed=["Rosa"]) == ["Rosa Flores"]


def test_an_organisation_may_be_said_as_a_whole_only() -> None:
    text = "La Casa Itzel abrió. Itzel no."
    assert _said("Itzel Robles", text, organisations=["Casa Itzel"]) == ["Itzel"]
    assert _said("Itzel Robles", text, organisations=["Casa Itzel"])[0] == "Itzel"
    assert _said("Itzel Robles", "casa\nITZEL", organisations=["Casa Itzel"]) == []


def test_a_group_is_found_by_its_whole_name_only() -> None:
    name = "Red de Mujeres Tejedoras de Tlapa"
    assert _said(name, "la Red de Mujeres Tejedoras de Tlapa")
    assert _said(name, "las mujeres\ntejedoras de Tlapa")
    assert not _said(name, "la red de mujeres de Tlapa, todas tejedoras")
    assert not _said("Valley Women's Network", "a network of women in the valley")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("王小明", "昨天王小明被带走了"),
        ("Μαρία Ξενάκη", "η ΜΑΡΊΑ ΞΕΝΆΚΗ"),
        ("Оксана Гриценко", "вчора " + "оксана".upper()),
        ("Jörg Müllenbach", "Joerg Muellenbach"),
        ("O\u2019Dwyer Siún", "o'dwyer"),
        ("Ng Wei", "Ng Wei"),
        ("Xóchitl", "xochitl"),
    ],
)
def test_names_of_other_alphabets_and_forms_are_found(name: str, text: str) -> None:
    assert _said(name, text)


@pytest.mark.parametrize(
    ("text", "caught"),
    [("ltzel", True), ("RobIes", True), ("lilla", False), ("1111a", False), ("Li1ia", True)],
)
def test_look_alikes_count_only_within_a_word_that_otherwise_matches(text: str, *, caught: bool) -> None:
    assert bool(_said("Itzel Robles Lilia", text)) is caught


@pytest.mark.parametrize(("text", "caught"), [("Wa-\nrd", True), ("Wa-\r\n  rd", True), ("Wa\nrd", False)])
def test_a_short_word_is_put_together_only_over_a_hyphen(text: str, *, caught: bool) -> None:
    assert bool(_said("Joy Ward", text)) is caught
