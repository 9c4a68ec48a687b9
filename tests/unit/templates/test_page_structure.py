import re
from itertools import pairwise

import pytest

from models.logos import LARGEST_BYTES
from templates.rendering import Renderer
from tests.unit.templates.examples import CHANGED, EXAMPLES, PAGE
from tests.unit.templates.html_outline import Outline

RENDERER = Renderer(network_name="Red Acuerpa")
PAGES = [name.removeprefix("web/") for name in sorted(EXAMPLES) if name.startswith("web/")]
MAILS = [name.removeprefix("email/") for name in sorted(EXAMPLES) if name.startswith("email/")]
PROBLEMS = {
    "signer_name": "signer_name_missing",
    "visibility": "visibility_invalid",
    "digest": "digest_changed",
}


def page(name: str, *, shown_in: str = "es", **changes: object) -> str:
    return RENDERER.page(name, shown_in, {**EXAMPLES[f"web/{name}"], **changes})


def mail_html(message: str, **changes: object) -> str:
    return RENDERER.email(message, "en", {**EXAMPLES[f"email/{message}"], **changes}).html


@pytest.mark.parametrize("html", [*map(page, PAGES), *map(mail_html, MAILS)], ids=[*PAGES, *MAILS])
def test_a_page_has_a_language_a_title_and_one_main_heading(html: str) -> None:
    outline = Outline(html)
    root = outline.named("html")[0].attributes
    assert root["lang"] in {"es", "en"}
    assert root["dir"] == "ltr"
    assert len(outline.named("h1")) == len(outline.named("title")) == 1
    levels = [int(element.tag[1]) for element in outline.named("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(after <= before + 1 for before, after in pairwise([1, *levels]))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_landmarks_no_script_and_no_remote_resource(name: str) -> None:
    outline = Outline(page(name))
    assert [len(outline.named(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert not outline.named("script", "img", "link", "iframe", "object")
    assert [style.attributes for style in outline.named("style")] == [{"nonce": PAGE["csp_nonce"]}]
    assert not [element for element in outline.elements if "style" in element.attributes]
    assert "url(" not in page(name)
    assert "@import" not in page(name)


@pytest.mark.parametrize("name", PAGES)
def test_the_secret_address_of_a_page_is_not_passed_on(name: str) -> None:
    metas = {
        meta.attributes.get("name"): meta.attributes.get("content")
        for meta in Outline(page(name)).named("meta")
    }
    assert metas["referrer"] == "same-origin"
    assert metas["robots"] == "noindex, nofollow"


@pytest.mark.parametrize("problems", [{}, PROBLEMS], ids=["as it opens", "with problems"])
@pytest.mark.parametrize(("name", "fields"), [("sign", 6), ("answered", 7)])
def test_every_field_of_the_forms_has_a_label(name: str, fields: int, problems: dict[str, str]) -> None:
    outline = Outline(page(name, problems=problems))
    labels = {label.attributes["for"] for label in outline.named("label")}
    typed = outline.named("input", "textarea")
    visible = [field for field in typed if field.attributes.get("type") != "hidden"]
    assert {field.attributes["id"] for field in visible} == labels
    assert len(visible) == fields
    ids = [element.attributes["id"] for element in outline.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    named = " ".join(element.attributes.get("aria-describedby", "") for element in outline.elements).split()
    assert set(named) <= set(ids)
    anchors = {
        link.attributes["href"] for link in outline.named("a") if link.attributes["href"].startswith("#")
    }
    assert anchors <= {f"#{name}" for name in ids}


def test_the_form_posts_what_the_server_expects() -> None:
    outline = Outline(page("sign"))
    form = outline.named("form")[0].attributes
    assert form["method"] == "post"
    assert "action" not in form
    fields = {field.attributes["name"]: field.attributes["value"] for field in outline.named("input")}
    assert set(fields) == {"signer_name", "signer_role", "visibility", "digest", "form_token"}
    assert fields["digest"] == EXAMPLES["web/sign"]["digest"]
    assert fields["form_token"] == EXAMPLES["web/sign"]["form_token"]
    buttons = {button.attributes["value"]: button.attributes for button in outline.named("button")}
    assert set(buttons) == {"sign", "decline"}
    assert {button["name"] for button in buttons.values()} == {"answer"}
    assert "formnovalidate" in buttons["decline"]
    assert "formnovalidate" not in buttons["sign"]


def test_what_was_typed_is_kept_beside_its_problem() -> None:
    values = {"signer_name": "", "signer_role": "Coordinadora", "visibility": "withheld"}
    html = page("sign", problems=PROBLEMS, values=values)
    fields = {field.attributes.get("id"): field.attributes for field in Outline(html).named("input")}
    assert fields["signer_name"]["aria-invalid"] == "true"
    assert fields["signer_role"]["value"] == "Coordinadora"
    assert "aria-invalid" not in fields["signer_role"]
    assert "checked" in fields["visibility-withheld"]
    assert "checked" not in fields["visibility"]
    assert html.count("Escriba el nombre de quien firma.") == 2
    assert "El texto cambió desde que abrió la página." in html


def test_a_problem_without_a_known_sentence_is_shown_as_it_is() -> None:
    assert page("sign", problems={"signer_name": "Demasiado corto."}).count("Demasiado corto.") == 2


def test_the_statement_carries_its_own_language() -> None:
    html = page("sign", shown_in="en", statement_language="ar")
    assert '<html lang="en" dir="ltr">' in html
    assert html.count('lang="ar" dir="rtl"') == 3
    mail = mail_html("statement", statement_language="ar")
    assert mail.count('lang="ar" dir="rtl"') == 6


def test_the_language_switcher_marks_the_language_shown() -> None:
    links = [
        link.attributes
        for link in Outline(page("sign", shown_in="en")).named("a")
        if "hreflang" in link.attributes
    ]
    assert [link["href"] for link in links] == ["?lang=en", "?lang=es", "?lang=fr", "?lang=pt"]
    assert [link["lang"] for link in links if "aria-current" in link] == ["en"]


def test_the_statement_has_a_switcher_of_its_own_where_it_has_several_languages() -> None:
    offered = [("es", "Español", "?lang=es&text=es"), ("ar", "العربية", "?lang=es&text=ar")]
    outline = Outline(page("sign", text_languages=offered, statement_language="ar"))
    links = [link.attributes for link in outline.named("a") if "text=" in link.attributes["href"]]
    assert [(link["lang"], link["dir"]) for link in links] == [("es", "ltr"), ("ar", "rtl")]
    assert [link["lang"] for link in links if "aria-current" in link] == ["ar"]
    assert len(outline.named("nav")) == 2
    assert [nav.attributes.get("aria-label") for nav in outline.named("nav")] == ["Idioma", None]
    labels = [one for one in outline.elements if one.attributes.get("id") == "texts"]
    assert outline.named("nav")[1].attributes["aria-labelledby"] == "texts"
    assert len(labels) == 1
    assert len(Outline(page("sign", text_languages=offered[:1])).named("nav")) == 1


def test_the_logo_stands_beside_the_name_that_it_says_nothing_more_than() -> None:
    outline = Outline(page("waiting", logo="/logo/0123.png"))
    assert [image.attributes for image in outline.named("img")] == [
        {"class": "logo", "src": "/logo/0123.png", "alt": "", "referrerpolicy": "no-referrer"}
    ]
    assert [link.attributes for link in outline.named("link")] == [
        {"rel": "icon", "href": "/logo/0123.png", "referrerpolicy": "no-referrer"}
    ]


@pytest.mark.parametrize("number", [60, 61, 360])
def test_of_many_signatories_sixty_are_named_and_the_rest_is_counted(number: int) -> None:
    many = [{"name": f"Red {position}", "country": "GT"} for position in range(number)]
    html = page("sign", signatories=many)
    assert f"{number} organizaciones" in html
    assert ("Red 59<" in html or "Red 59 <" in html, "Red 60" in html) == (True, False)
    assert ("y 1 organización más" in html, "y 300 organizaciones más" in html) == (
        number == 61,
        number == 360,
    )


@pytest.mark.parametrize("languages", [[], [("es", "Español", "?lang=es")]])
def test_one_language_needs_no_switcher(languages: list[tuple[str, str, str]]) -> None:
    assert not Outline(page("waiting", languages=languages)).named("nav")


def test_a_page_that_follows_an_answer_names_it_in_each_of_its_forms() -> None:
    outline = Outline(page("answered"))
    follows = [one for one in outline.named("input") if one.attributes["name"] == "follows"]
    assert {one.attributes["value"] for one in follows} == {EXAMPLES["web/answered"]["follows"]}
    assert len(follows) == len(outline.named("form")) == 2
    buttons = {button.attributes["value"] for button in outline.named("button")}
    assert buttons == {"sign", "withdraw"}


def test_a_signature_that_is_doubted_is_asked_about_and_not_thanked_for() -> None:
    html = page("answered", doubted=True, may_sign=False, problems={"form_token": "form_expired"})
    outline = Outline(html)
    assert [form.attributes["id"] for form in outline.named("form")] == ["confirm", "withdraw"]
    assert re.findall(r'<li><a href="#(\w+)">', html) == ["confirm"]
    assert len(outline.named("h1")) == 1
    assert "Amaranta Solís, Coordinadora" in html
    assert "Gracias" not in html


def test_a_problem_with_taking_back_leads_to_its_form() -> None:
    problems = {"withdrawn_by": "signer_name_missing", "form_token": "form_expired"}
    html = page("answered", problems=problems, may_sign=False)
    assert re.findall(r'<li><a href="#(\w+)">', html) == ["withdrawn_by", "withdraw"]
    assert "<details open>" in html


@pytest.mark.parametrize("name", ["sign", "answered"])
def test_what_is_new_is_marked_and_what_is_gone_is_not_repeated(name: str) -> None:
    html = page(name, shown_in="en", changes=CHANGED)
    assert "<ins>nueve llamadas</ins>" in html
    assert "Han recibido <ins>" in html
    assert '<em class="gone" lang="en" dir="ltr">[something was taken out here]</em>' in html
    assert "Please read all of the text." in html
    levels = [int(one.tag[1]) for one in Outline(html).named("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise([1, *levels]))


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "El texto anterior no estaba escrito en este idioma."),
        ({"fields": [], "whole": True}, "En este idioma no cambió nada"),
    ],
)
def test_a_change_that_is_not_in_this_language_is_said(shown: object, words: str) -> None:
    assert words in page("sign", changes={"in_this_language": shown, "language": "es"})


def test_a_late_signature_is_called_so() -> None:
    assert "firma tardía" in page("sign", is_late=True)
    assert "firma tardía" not in page("sign")
    assert "Llegó después del plazo" in page("answered", late=True)


@pytest.mark.parametrize(
    ("answer", "visibility", "words"),
    [
        ("signed", "public", "aparece entre las firmantes"),
        ("signed", "authorities", "aparece solo en lo que va a autoridades"),
        ("signed", "withheld", "el nombre de su organización no se publica"),
        ("declined", "public", "no le enviaremos más recordatorios"),
        ("withdrawn", "public", "retiró su firma"),
    ],
)
def test_the_answer_is_confirmed(answer: str, visibility: str, words: str) -> None:
    assert words in page("answered", answer=answer, visibility=visibility)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "ninguna página"), (503, "no está disponible"), (418, "Algo falló")]
)
def test_an_error_page_says_what_to_do(status: int, words: str) -> None:
    html = page("error", status=status)
    assert f"Error {status}" in html
    assert words in html


def test_a_page_that_cannot_be_used_tells_nothing_of_the_action() -> None:
    for name in ("waiting", "unusable"):
        assert "UA-" not in page(name, index="UA-2026-014/1")


def test_the_largest_page_is_small() -> None:
    many = [{"name": f"Red de defensoras número {number}", "country": "GT"} for number in range(500)]
    line = [{"change": "added", "text": "Una frase de la carta. " * 130}]
    changes = {
        "in_this_language": {"fields": [{"field": "body", "lines": [line]}], "whole": False},
        "language": "es",
    }
    carta = "Una frase de la carta. " * 500
    for name in ("sign", "answered"):
        html = page(name, signatories=many, body=carta)
        assert len(html.encode()) + LARGEST_BYTES < 60_000
        html = page(name, signatories=many[:200], body=carta, changes=changes)
        assert len(html.encode()) + LARGEST_BYTES < 60_000


@pytest.mark.parametrize("message", MAILS)
def test_a_mail_loads_nothing_and_hides_nothing(message: str) -> None:
    html = mail_html(message)
    outline = Outline(html)
    assert not outline.named("script", "img", "link", "style", "iframe", "object", "form", "picture", "video")
    links = ("sign_url", "verify_url", "answer_url", "unsubscribe_url")
    secret = {EXAMPLES[f"email/{message}"].get(name) for name in links} - {None}
    public = {"https://red.example/cronologia"}
    assert secret <= set(outline.addresses()) <= secret | public
    assert "url(" not in html
    assert "display: none" not in html


@pytest.mark.parametrize("message", MAILS)
def test_a_mail_adapts_to_dark_mode(message: str) -> None:
    html = mail_html(message)
    assert '<meta name="color-scheme" content="light dark">' in html
    colours = set(re.findall(r"(?<![-\w])(?:background-)?color: (#\w+)", html))
    assert colours <= {"#5e2a7e", "#ffffff"}, "only the button sets colours, both of them"
