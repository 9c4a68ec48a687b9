"""What is prepared of a document where facts changed: in every language, with blanks, and nobody's name."""

from datetime import date

import pytest

from models.blanks import blanks_in
from models.changed_fact_file import DemandsNow, FactChange
from models.documents import DocumentText
from templates.rendering import PreparedText, Renderer
from tests.unit.templates.test_verification_messages import CANARIES

RENDERER = Renderer(network_name="Red Acuerpa")
LANGUAGES = RENDERER.languages()


def prepared(
    language: str, change: FactChange, demands: DemandsNow = DemandsNow.CHANGED, **more: object
) -> PreparedText:
    context = {
        "change": change.value,
        "demands": demands.value,
        "known_on": date(2026, 11, 2),
        "reference": "UA-2026-014",
    }
    return RENDERER.prepared(language, {**more, **context})


def text_of(one: PreparedText, language: str = "es") -> DocumentText:
    return DocumentText(language=language, **vars(one))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", FactChange)
def test_each_part_but_the_thanks_is_left_to_be_written(language: str, change: FactChange) -> None:
    one = prepared(language, change)
    fields = [blank.field for blank in blanks_in([text_of(one, language)])]
    assert {f"texts.{language}.{part}" for part in ("headline", "summary", "body")} <= set(fields)
    assert one.demands
    assert {f"texts.{language}.demands.{place}" for place in range(len(one.demands))} <= set(fields)
    assert all(blank.what for blank in blanks_in([text_of(one, language)]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("demands", [DemandsNow.MET, DemandsNow.VOID])
def test_what_is_called_off_asks_for_nothing_and_says_that_it_ends(
    language: str, demands: DemandsNow
) -> None:
    one = prepared(language, FactChange.RELEASED, demands)
    assert one.demands == []
    assert one.body != prepared(language, FactChange.RELEASED).body
    assert "UA-2026-014" in one.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_change_has_words_of_its_own_in_each_language(language: str) -> None:
    written = {prepared(language, change).headline for change in FactChange}
    assert len(written) == len(FactChange)
    if language != "en":
        assert written.isdisjoint(prepared("en", change).headline for change in FactChange)


@pytest.mark.parametrize("change", FactChange)
def test_it_says_nothing_of_the_case_but_its_reference_and_the_day(change: FactChange) -> None:
    given = {"change", "demands", "known_on", "reference"}
    more = {key: value for key, value in CANARIES.items() if key not in given}
    assert prepared("es", change, DemandsNow.CHANGED, **more) == prepared("es", change)
    assert "2 de noviembre de 2026" in prepared("es", change).summary


def test_a_bracket_alone_is_a_blank_and_plain_brackets_are_none() -> None:
    text = DocumentText(
        language="es", headline="a ⟦", summary="b ⟧", body="[c](d) [[e]]", background=None, demands=["⟦ f ⟧"]
    )
    found = [(one.field, one.what) for one in blanks_in([text])]
    assert found == [
        ("texts.es.headline", ""),
        ("texts.es.summary", ""),
        ("texts.es.demands.0", "f"),
    ]
