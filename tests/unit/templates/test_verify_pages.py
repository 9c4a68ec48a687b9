"""The pages behind a verification link: what each shows, and what it must not."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.attestations import ObjectionKind
from models.people import PinOutcome
from models.vocabulary import (
    Concern,
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    PassageReason,
    PersonKind,
    RiskLevel,
    SourceKind,
    Urgency,
    Visibility,
)
from security.leak_guard import SecretKind
from templates.rendering import Renderer
from tests.unit.templates.examples import EXAMPLES, NATIVE_LANGUAGES
from tests.unit.templates.html_outline import Element, Outline
from tests.unit.templates.verify_examples import EDITORIAL, consent, passage, person

RENDERER = Renderer(network_name="Red Acuerpa")
LANGUAGES = RENDERER.languages()
BEFORE_THE_PIN = ("verify_pin", "verify_refused", "verify_unusable")
SAY_NOTHING = (*BEFORE_THE_PIN, "verify_answered")
PROBLEMS = {"confirms": "confirms_missing", "missing": "missing_empty", "revoke": "revoke_missing"}
LEAKS = [{"language": "es", "part": "demands", "number": 2, "kind": "alias", "line": 7}]
TELLING = re.compile(
    r"verif|vérif|attest|atest|urgen|denunci|defen[sd]|risk|riesg|risqu|risco|caso\b|\bcase\b|dossier",
    re.IGNORECASE,
)


def page(name: str, *, shown_in: str = "es", **changes: object) -> str:
    return RENDERER.page(name, shown_in, {**EXAMPLES[f"web/{name}"], **changes})


def case(*, shown_in: str = "es", **changes: object) -> str:
    return page("verify_case", shown_in=shown_in, **changes)


def buttons(html: str) -> list[Element]:
    return [one for one in Outline(html).named("button") if "formaction" not in one.attributes]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAY_NOTHING)
def test_no_page_but_the_case_says_what_it_is_about(name: str, language: str) -> None:
    for changes in ({"outcome": one.value} for one in PinOutcome) if name == "verify_refused" else ({},):
        html = page(name, shown_in=language, **changes)
        said = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]+>|Red Acuerpa", " ", html, flags=re.DOTALL)
        assert not TELLING.search(said), TELLING.search(said)


def test_the_telling_words_would_be_found_on_the_page_of_the_case() -> None:
    assert TELLING.search(case())


@pytest.mark.parametrize("name", ["verify_case", "verify_notice"])
def test_the_title_that_a_browser_keeps_names_no_action(name: str) -> None:
    title = page(name).partition("<title>")[2].partition("</title>")[0]
    assert "UA-" not in title
    assert "Leer y responder" in title


def test_the_pin_is_typed_unseen_on_a_keypad_and_neither_kept_nor_cut_short() -> None:
    (field,) = [
        one.attributes for one in Outline(page("verify_pin")).named("input") if "id" in one.attributes
    ]
    assert (field["name"], field["type"], field["inputmode"]) == ("pin", "password", "numeric")
    assert field["autocomplete"] == "off"
    assert "value" not in field
    assert "maxlength" not in field


def test_the_pin_page_carries_what_was_written_through() -> None:
    values = {"missing": 'Falta "eso"\ny <más>.', "why": "No."}
    fields = Outline(page("verify_pin", values=values)).named("input")
    hidden = {one.attributes["name"]: one.attributes["value"] for one in fields if "id" not in one.attributes}
    assert hidden == {"step": "pin", "form_token": "dG9rZW4", **values}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "problem", ["pin_wrong", "pin_again", "pin_missing", "pin_not_digits", "form_expired"]
)
def test_every_problem_of_the_pin_page_has_a_sentence(problem: str, language: str) -> None:
    assert problem not in page("verify_pin", shown_in=language, problems={"pin": problem})


@pytest.mark.parametrize("outcome", [PinOutcome.LOCKED, PinOutcome.SHUT, PinOutcome.NOT_ENROLLED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_what_to_do_and_offers_no_field(outcome: PinOutcome, language: str) -> None:
    html = page("verify_refused", shown_in=language, outcome=outcome.value)
    assert outcome.value not in html
    assert not Outline(html).named("form", "input")


@pytest.mark.parametrize("answer", ["attest", "return", "reject"])
def test_each_answer_has_its_thanks(answer: str) -> None:
    others = {"attest", "return", "reject"} - {answer}
    assert page("verify_answered", answer=answer) not in {
        page("verify_answered", answer=one) for one in others
    }


@pytest.mark.parametrize("problems", [{}, PROBLEMS], ids=["as it opens", "with problems"])
def test_every_field_of_the_case_has_a_label_and_every_reference_its_target(
    problems: dict[str, str],
) -> None:
    outline = Outline(case(problems=problems, leaks=LEAKS if problems else []))
    labels = {label.attributes["for"] for label in outline.named("label")}
    fields = [one for one in outline.named("input", "textarea") if one.attributes.get("type") != "hidden"]
    assert {one.attributes["id"] for one in fields} == labels
    assert len(fields) == 4 + 2 + 2
    ids = [one.attributes["id"] for one in outline.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    named = " ".join(one.attributes.get("aria-describedby", "") for one in outline.elements).split()
    anchors = [link.attributes["href"][1:] for link in outline.named("a")]
    forms = [one.attributes["form"] for one in outline.named("button") if "form" in one.attributes]
    assert {*named, *anchors, *forms} <= set(ids)


def test_the_form_posts_what_the_server_expects_and_marks_nothing_beforehand() -> None:
    outline = Outline(case())
    (form,) = outline.named("form")
    assert (form.attributes["method"], "action" in form.attributes) == ("post", False)
    fields = [one.attributes for one in outline.named("input", "textarea")]
    assert {one["name"] for one in fields} == {
        *("step", "form_token", "digest", "seen", "expires"),
        *("confirms", "missing", "why", "revoke"),
    }
    assert [one["value"] for one in fields if one["name"] == "confirms"] == [
        *("facts", "consent", "text:es", "text:en")
    ]
    assert not [one for one in fields if "checked" in one]
    assert [(one.attributes["name"], one.attributes["value"]) for one in buttons(case())] == [
        ("answer", answer) for answer in ("attest", "return", "reject", "revoke")
    ]


def test_what_was_marked_stays_marked_and_what_has_a_problem_stands_open() -> None:
    html = case(
        ticked=["facts", "0:name_to_authorities"],
        values={"why": "<No>"},
        problems={"missing": "missing_empty"},
    )
    outline = Outline(html)
    marked = {one.attributes["id"] for one in outline.named("input") if "checked" in one.attributes}
    assert marked == {"confirms-facts", "revoke-0-name_to_authorities"}
    assert ["open" in one.attributes for one in outline.named("details")] == [True, True, False]
    assert "&lt;No&gt;</textarea>" in html


def test_the_language_is_changed_by_the_form_so_that_nothing_written_is_lost() -> None:
    outline = Outline(case(shown_in="en"))
    switches = [one.attributes for one in outline.named("button") if "formaction" in one.attributes]
    assert [one["formaction"] for one in switches] == [url for _, _, url in NATIVE_LANGUAGES]
    assert {(one["form"], one["name"], one["value"]) for one in switches} == {("answer", "answer", "show")}
    assert [one["lang"] for one in switches if "aria-current" in one] == ["en"]
    assert all("formnovalidate" in one for one in switches)


def test_only_what_is_possible_is_offered() -> None:
    assert [one.attributes["value"] for one in buttons(case(answers=["reject"], revocable=[]))] == ["reject"]
    own = case(is_hers=True)
    assert "Usted lo escribió" in own
    assert [one.attributes["value"] for one in buttons(own)] == ["return", "reject", "revoke"]
    notice = page("verify_notice")
    assert [one.attributes["value"] for one in buttons(notice)] == ["attest"]
    assert not Outline(notice).named("textarea", "details")


def test_each_text_is_a_letter_in_its_own_language() -> None:
    html = case(shown_in="fr")
    assert html.count('<article class="letter">') == 2
    assert re.findall(r'<div class="text" lang="(\w+)"', html) == ["es", "es", "en"]
    assert "Texte en espagnol, approuvé" in html
    assert "<strong>Luna</strong>" in html


def test_a_leak_is_told_by_its_place_and_kind() -> None:
    html = case(problems={"confirms": "text_names_somebody"}, leaks=LEAKS)
    assert "Texto en español, exigencia 2, línea 7: otro nombre de alguien" in html


def test_after_a_revocation_the_page_says_so() -> None:
    assert 'role="status"' in case(revoked=True)
    assert 'role="status"' not in case()


def test_a_case_without_region_note_and_history_leaves_no_gap() -> None:
    bare = person(visibility="withheld", shown_as=None)
    html = case(region=None, objections=[], alike=[], people=[bare], revocable=[])
    assert "None" not in html
    assert "<dd>México; 19 de noviembre de 2026</dd>" in html
    assert "Persona 1, sin nombrar" in html
    assert "misma persona" not in html


def test_a_month_is_written_as_one() -> None:
    assert "Oaxaca, Mexico; November 2026" in case(shown_in="en", occurred_on="2026-11")


_MOMENT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
_DAY = date(2026, 11, 20)
VOCABULARIES: list[tuple[type, Any]] = [
    (Urgency, lambda word: {"urgency": word}),
    (Concern, lambda word: {"concerns": [word]}),
    (RiskLevel, lambda word: {"risk": {"level": word, "note": ""}}),
    (PersonKind, lambda word: {"people": [person(kind=word, visibility="named", shown_as="Luna")]}),
    (Visibility, lambda word: {"people": [person(visibility=word, shown_as="Luna")]}),
    (ConsentUse, lambda word: {"people": [_giving(consent("0:x", word, "live"))]}),
    (ConsentGiver, lambda word: {"people": [_giving(consent("0:x", "mechanisms", "live", given_by=word))]}),
    (ConsentMethod, lambda word: {"people": [_giving(consent("0:x", "mechanisms", "live", method=word))]}),
    (PassageReason, lambda word: {"people": [_giving(passed=passage(word))]}),
    (SourceKind, lambda word: {"sources": [{"kind": word, "received_on": _DAY, "name": "A", "note": ""}]}),
    (ObjectionKind, lambda word: {"objections": [{"kind": word, "raised_at": _MOMENT, "reason": "B"}]}),
    (SecretKind, lambda word: {"leaks": [{**LEAKS[0], "kind": word}]}),
]


def _giving(*consents: dict[str, object], **changes: object) -> dict[str, object]:
    return person(visibility="named", shown_as="Luna", consents=list(consents), **changes)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("vocabulary", "context"), VOCABULARIES, ids=lambda one: getattr(one, "__name__", "")
)
def test_every_word_of_a_vocabulary_is_told_in_every_language(
    vocabulary: Any, context: Any, language: str
) -> None:
    unknown = case(shown_in=language, **context("palabra-desconocida"))
    assert "palabra-desconocida" in unknown
    pages = {case(shown_in=language, **context(word.value)) for word in vocabulary}
    assert len(pages) == len(vocabulary)
    shapes = {re.sub(r"\s+", " ", re.sub(r">[^<]*<", "><", html)) for html in (*pages, unknown)}
    assert len(shapes) == 1
    assert not [one for one in pages if "palabra" in one]


@pytest.mark.parametrize("state", ["live", "refused", "revoked", "expired", "asked_again"])
def test_every_state_of_a_consent_is_told(state: str) -> None:
    html = case(people=[_giving(consent("0:mechanisms", "mechanisms", state))], revocable=[])
    assert f">{state}<" not in html
    assert ('class="mark yes"' in html) == (state == "live")


def test_the_page_of_a_long_case_stays_small() -> None:
    people = [_giving(*(consent(f"0:{use}", use, "live") for use in ConsentUse)) for _ in range(10)]
    assert len(case(people=people).encode()) < 60_000


def test_an_editorial_change_is_shown_with_its_reason_and_is_one_more_thing_to_confirm() -> None:
    assert "cambio de redacción" not in case()
    html = case(editorial=EDITORIAL, confirmable=["facts", "editorial"])
    assert "Marcado como cambio de redacción" in html
    assert "la versión 1" in html
    assert "El nombre del cerro estaba mal escrito." in html
    assert "Cerro de <del>Sta.</del><ins>Santa</ins>" in html
    boxes = [one.attributes for one in Outline(html).named("input") if one.attributes["name"] == "confirms"]
    assert [(one["value"], "checked" in one) for one in boxes] == [("facts", False), ("editorial", False)]
