import pytest

from templates.rendering import RenderedEmail, Renderer
from tests.unit.templates.examples import EXAMPLES

RENDERER = Renderer(network_name="Red Acuerpa")
LUNA: dict[str, str | None] = {
    "shown_as": "Luna",
    "name": "Itzel Robles Canseco",
    "role": "defensora comunitaria",
}
HEADINGS = {
    "es": "A quién se refiere",
    "en": "Who is meant",
    "fr": "De qui il s\u2019agit",
    "pt": "A quem se refere",
}


def statement(language: str, *identified: dict[str, str | None]) -> RenderedEmail:
    context = {**EXAMPLES["email/statement"], "identified": list(identified)}
    return RENDERER.email("statement", language, context)


def line(one: dict[str, str | None]) -> str:
    text = statement("es", one).text
    return next(line for line in text.splitlines() if "Itzel" in line)


@pytest.mark.parametrize("language", RENDERER.languages())
def test_an_office_is_told_who_is_meant_only_where_somebody_is(language: str) -> None:
    told, untold = statement(language, LUNA), statement(language)
    for part in (told.text, told.html):
        assert HEADINGS[language] in part
        assert "Itzel Robles Canseco, defensora comunitaria" in part
    for part in (untold.text, untold.html):
        assert HEADINGS[language] not in part
        assert "Itzel" not in part
    assert told.subject == untold.subject


def test_who_is_meant_stands_after_all_that_was_signed() -> None:
    mail = statement("es", LUNA)
    for part in (mail.text, mail.html):
        assert part.index("Exigimos") < part.index("Firman") < part.index("A quién se refiere")


def test_a_statement_is_the_same_but_for_those_who_are_meant() -> None:
    told, untold = statement("es", LUNA).text, statement("es").text
    section = told[told.index("A quién se refiere") : told.index("-----")]
    assert section.endswith("ni los comparta.\n\n")
    assert told.replace(section, "") == untold


def test_the_office_is_asked_to_keep_the_names_to_itself() -> None:
    mail = statement("es", LUNA)
    for part in (mail.text, mail.html):
        assert "únicamente para su oficina: por favor, no los publique ni los comparta." in part


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "- Luna: Itzel Robles Canseco, defensora comunitaria"),
        ({"shown_as": None}, "- Itzel Robles Canseco, defensora comunitaria"),
        ({"role": ""}, "- Luna: Itzel Robles Canseco"),
        ({"shown_as": None, "role": ""}, "- Itzel Robles Canseco"),
    ],
)
def test_a_person_is_told_of_in_one_line(changes: dict[str, str | None], words: str) -> None:
    assert line(LUNA | changes) == words


def test_each_person_has_a_line_of_her_own() -> None:
    other: dict[str, str | None] = {
        "shown_as": "Estrella",
        "name": "Nayeli Robles Canseco",
        "role": "abogada",
    }
    mail = statement("es", LUNA, other)
    assert "- Luna: Itzel Robles Canseco, defensora comunitaria\n- Estrella: Nayeli Robles" in mail.text
    assert "<strong>Estrella</strong>: Nayeli Robles Canseco, abogada</li>" in mail.html
