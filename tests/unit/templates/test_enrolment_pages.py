import pytest

from security.pins import PinProblem
from templates.rendering import Renderer
from tests.unit.templates.examples import EXAMPLES
from tests.unit.templates.html_outline import Outline

RENDERER = Renderer(network_name="Red Acuerpa")
PAGES = ("enrol", "enrolled", "enrol_unusable")
PROBLEMS = {"pin": "pin_straight_run", "form_token": "form_expired"}


def page(name: str, *, shown_in: str = "es", **changes: object) -> str:
    return RENDERER.page(name, shown_in, {**EXAMPLES[f"web/{name}"], **changes})


@pytest.mark.parametrize("problems", [{}, PROBLEMS], ids=["as it opens", "with problems"])
def test_every_field_of_the_form_has_a_label(problems: dict[str, str]) -> None:
    outline = Outline(page("enrol", problems=problems))
    labels = {label.attributes["for"] for label in outline.named("label")}
    visible = {field.attributes["id"] for field in outline.named("input") if "id" in field.attributes}
    assert visible == labels == {"pin", "pin_again"}
    ids = [element.attributes["id"] for element in outline.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    named = " ".join(element.attributes.get("aria-describedby", "") for element in outline.elements).split()
    anchors = [link.attributes["href"] for link in outline.named("a")]
    assert {*named, *(anchor[1:] for anchor in anchors if anchor.startswith("#"))} <= set(ids)


def test_the_form_posts_what_the_server_expects() -> None:
    outline = Outline(page("enrol"))
    form = outline.named("form")[0].attributes
    assert form["method"] == "post"
    assert "action" not in form
    fields = {field.attributes["name"]: field.attributes for field in outline.named("input")}
    assert set(fields) == {"pin", "pin_again", "form_token"}
    assert fields["form_token"]["value"] == EXAMPLES["web/enrol"]["form_token"]
    assert len(outline.named("button")) == 1


@pytest.mark.parametrize("name", ["pin", "pin_again"])
def test_a_pin_is_typed_unseen_on_a_keypad_and_neither_kept_nor_cut_short(name: str) -> None:
    html = page("enrol", problems=PROBLEMS, values={"pin": "493817", "pin_again": "493817"})
    (field,) = [one for one in Outline(html).named("input") if one.attributes["name"] == name]
    assert field.attributes["type"] == "password"
    assert field.attributes["inputmode"] == "numeric"
    assert field.attributes["autocomplete"] == "off"
    assert not {"value", "maxlength"} & set(field.attributes)
    assert "493817" not in html


def test_a_problem_is_shown_above_the_form_and_at_its_field() -> None:
    html = page("enrol", shown_in="en", problems=PROBLEMS)
    outline = Outline(html)
    fields = {field.attributes.get("id"): field.attributes for field in outline.named("input")}
    assert fields["pin"]["aria-invalid"] == "true"
    assert fields["pin"]["aria-describedby"] == "pin-problem"
    assert "aria-invalid" not in fields["pin_again"]
    assert html.count("Do not use digits in a row") == 2
    assert html.count("nothing was recorded") == 1
    targets = [link.attributes["href"] for link in outline.named("a") if "hreflang" not in link.attributes]
    assert targets == ["#content", "#pin", "#answer"]
    assert "<title>There is a problem: Choose your PIN" in html


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize("problem", [*PinProblem, "pin_differs"])
def test_every_problem_of_a_pin_has_a_sentence(problem: str, language: str) -> None:
    html = page("enrol", shown_in=language, problems={"pin": problem})
    assert problem not in html


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize("name", PAGES)
def test_no_page_says_what_the_pin_is_for(name: str, language: str) -> None:
    html = page(name, shown_in=language).casefold()
    telling = ("verif", "vérif", "attest", "atest", "urgent", "denunci", "defensor", "defender")
    assert [word for word in telling if word in html] == []
