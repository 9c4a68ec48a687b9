from collections.abc import Mapping

import pytest

from templates.rendering import Renderer
from tests.unit.templates.examples import CHANGED, EXAMPLES, NATIVE_LANGUAGES
from tests.unit.templates.html_outline import Outline

RENDERER = Renderer(network_name='Red <script>alert("red")</script>')
ATTACK = "\"'><script>alert(1)</script><img src=//spy.example/p.gif onerror=f()>[x](javascript:alert(1))"
HTML_NAMES = [name for name in sorted(EXAMPLES) if name.startswith(("email/", "web/"))]
CHOICES = {"time_zone", "languages", "problems", "values", "signatories", "identified", "occurred_on"}


def hostile(context: Mapping[str, object]) -> dict[str, object]:
    attacked = {name: poisoned(value) for name, value in context.items() if name not in CHOICES}
    lists: dict[str, object] = {
        "signatories": [{"name": ATTACK, "country": ATTACK, "website": ATTACK, "logo": None}] * 20,
        "identified": [{"shown_as": ATTACK, "name": ATTACK, "role": ATTACK}] * 2,
        "problems": {"signer_name": ATTACK, ATTACK: ATTACK},
        "values": {"signer_name": ATTACK, "signer_role": ATTACK, "visibility": ATTACK},
        "languages": [(ATTACK, ATTACK, f"?lang={ATTACK}"), *NATIVE_LANGUAGES[1:]],
        "time_zone": context.get("time_zone"),
        "occurred_on": context.get("occurred_on"),
    }
    return attacked | {name: value for name, value in lists.items() if name in context}


def poisoned(value: object) -> object:
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    if isinstance(value, dict):
        return {name: poisoned(one) for name, one in value.items()}
    return ATTACK if isinstance(value, str) else value


def html_of(name: str, context: Mapping[str, object]) -> str:
    kind, message = name.split("/")
    if kind == "email":
        return RENDERER.email(message, "es", context).html
    return RENDERER.page(message, "es", context)


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(element.tag, element.parents) for element in Outline(page).elements]


@pytest.mark.parametrize("name", HTML_NAMES)
def test_hostile_values_are_escaped(name: str) -> None:
    page = html_of(name, hostile(EXAMPLES[name]))
    outline = Outline(page)
    assert not outline.named("script", "img", "iframe", "object", "embed", "base")
    assert "&lt;script&gt;" in page
    assert not [
        address for address in outline.addresses() if "javascript:" in address.split("?")[0][:20].lower()
    ]
    assert not [key for element in outline.elements for key in element.attributes if key.startswith("on")]


@pytest.mark.parametrize("name", ["web/sign", "web/answered"])
def test_hostile_words_in_a_change_are_escaped(name: str) -> None:
    page = html_of(name, {**EXAMPLES[name], "changes": poisoned(CHANGED)})
    assert not Outline(page).named("script", "img")
    assert "&lt;script&gt;" in page


def test_the_detector_finds_a_planted_script() -> None:
    assert Outline("<p><script>alert(1)</script></p>").named("script")


@pytest.mark.parametrize(
    "name",
    [
        "web/waiting",
        "web/unusable",
        "web/enrolled",
        "web/verify_unusable",
        "web/verify_answered",
        "email/sign_link",
        "email/check_in",
        "email/verification",
        "email/verification_reminder",
        "email/verification_alarm",
        "email/leak_alarm",
        "email/disowned_alarm",
        "email/answer_receipt",
        "email/question",
        "email/address_changed",
        "email/approval_declined",
        "email/question_answered",
        "email/invitation_alarm",
        "email/reply_overdue",
        "email/milestone",
        "email/digest",
    ],
)
def test_hostile_values_add_no_element(name: str) -> None:
    attacked = {**hostile(EXAMPLES[name]), "answer": "signed"}
    assert shape(html_of(name, attacked)) == shape(html_of(name, EXAMPLES[name]))


@pytest.mark.parametrize(
    "message",
    [
        "invitation",
        "sign_on_reminder",
        "statement",
        "check_in",
        "verification_alarm",
        "leak_alarm",
        "answer_receipt",
        "disowned_alarm",
        "approval_request",
        "address_changed",
        "question",
        "approval_declined",
        "question_answered",
        "invitation_alarm",
        "reply_overdue",
        "reply_reminder",
        "milestone",
        "stop_notice",
    ],
)
def test_no_value_can_add_a_header(message: str) -> None:
    injected = {
        name: f"{value}\r\nBcc: todas@red.example\r\n\r\nCuerpo" if isinstance(value, str) else value
        for name, value in EXAMPLES[f"email/{message}"].items()
        if name != "time_zone"
    }
    context = injected | {"time_zone": "UTC"}
    subject = RENDERER.email(message, "es", context).subject
    assert "Bcc" in subject
    assert subject.isprintable()
