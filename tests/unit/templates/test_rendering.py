from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from models.sms_length import length
from templates.rendering import Renderer, one_line, tidy_lines
from templates.sms_text import TextTooLongError
from tests.unit.templates.examples import EXAMPLES, template_names

RENDERER = Renderer(network_name="Red Acuerpa")


def render(name: str, language: str, context: Mapping[str, object]) -> list[str]:
    kind, message = name.split("/")
    if kind == "email":
        mail = RENDERER.email(message, language, context)
        return [mail.subject, mail.text, mail.html]
    if kind == "notices":
        notice = RENDERER.notice(message, language, context)
        return [notice.headline, notice.body]
    return [
        RENDERER.sms(message, language, context)
        if kind == "sms"
        else RENDERER.page(message, language, context)
    ]


def test_every_template_has_an_example_and_every_example_a_template() -> None:
    assert template_names() == sorted(EXAMPLES)


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_template_renders_in_every_language(name: str, language: str) -> None:
    for part in render(name, language, EXAMPLES[name]):
        assert part.strip()
        assert "%(" not in part
        assert "{{" not in part


@pytest.mark.parametrize(
    ("name", "key"),
    [(name, key) for name in sorted(EXAMPLES) for key in EXAMPLES[name] if key != "languages"],
)
def test_a_missing_value_is_an_error_and_not_a_gap(name: str, key: str) -> None:
    unused = {
        "email/sign_on_reminder": {"body", "background", "demands"},
        "email/addendum": {"recipient_name"},
        "email/statement": {"recipient_name"},
        "email/stop_notice": {"recipient_name"},
        "email/verification_alarm": {"released_at", "number", "time_zone"},
        "email/leak_alarm": {"released_at", "number", "time_zone"},
        "email/disowned_alarm": {"released_at", "number", "time_zone"},
        "email/question": {"released_at", "number", "time_zone"},
        "email/reply_overdue": {"released_at", "number", "time_zone"},
        "email/milestone": {"on"},
        "email/reply_reminder": {"recipient_name", "late_office"},
        "sms/verification": {"recipient_name"},
        "web/check_in": {"answered_at", "time_zone"},
        "web/answered": {"confirm_token", "given_by"},
        "sms/verification_reminder": {"recipient_name"},
    }
    optional = unused.get(name, set())
    context = {other: value for other, value in EXAMPLES[name].items() if other != key}
    if key in optional:
        assert render(name, "es", context) == render(name, "es", EXAMPLES[name])
        return
    with pytest.raises(UndefinedError, match=key):
        render(name, "es", context)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.parametrize("language", ["es", "fr", "pt"])
def test_every_template_is_translated(name: str, language: str) -> None:
    assert render(name, language, EXAMPLES[name]) != render(name, "en", EXAMPLES[name])


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("es-MX", "es"),
        ("en_GB", "en"),
        ("pt-BR", "pt"),
        ("EN", "en"),
        ("zap", "es"),
        ("", "es"),
        ("../en", "es"),
    ],
)
def test_an_unknown_language_falls_back_to_its_base_language_then_to_spanish(wanted: str, shown: str) -> None:
    page = RENDERER.page("waiting", wanted, EXAMPLES["web/waiting"])
    assert page == RENDERER.page("waiting", shown, EXAMPLES["web/waiting"])
    assert f'<html lang="{shown}" dir="ltr">' in page


def test_the_default_language_is_a_choice() -> None:
    page = Renderer("Red Acuerpa", default_language="en").page("waiting", "zap", EXAMPLES["web/waiting"])
    assert '<html lang="en"' in page


def test_a_default_language_without_a_catalog_stops_the_start() -> None:
    with pytest.raises(ValueError, match=r"default_language has no catalog .* use one of en, es, fr, pt"):
        Renderer("Red Acuerpa", default_language="tlh")


def test_a_context_cannot_speak_for_the_network() -> None:
    page = RENDERER.page("waiting", "es", {**EXAMPLES["web/waiting"], "network_name": "Otra red"})
    assert "Otra red" not in page


@pytest.mark.parametrize(
    "subject_value", ["Uno\r\nBcc: todas@red.example", "Uno\u2028dos", "Uno\x00\x0b\x85dos"]
)
def test_a_subject_is_one_line_without_control_characters(subject_value: str) -> None:
    context = {**EXAMPLES["email/statement"], "title": subject_value}
    subject = RENDERER.email("statement", "es", context).subject
    assert subject.isprintable()
    assert subject.startswith("Acción urgente UA-2026-014/1: Uno ")


def test_a_subject_cannot_turn_its_direction_around() -> None:
    assert one_line("de \u202eadnega\u202c \u2066paz\u2069") == "de adnega paz"


def test_a_text_keeps_its_paragraphs_and_nothing_else() -> None:
    assert tidy_lines("\n\nUno  \n\n\n\n\nDos\n\n") == "Uno\n\nDos\n"


def test_times_are_written_in_the_readers_zone_and_language() -> None:
    context = {**EXAMPLES["email/invitation"], "closes_at": datetime(2026, 11, 23, 1, 30, tzinfo=UTC)}
    spanish = RENDERER.email("invitation", "es", context).text
    english = RENDERER.email("invitation", "en", {**context, "time_zone": "Africa/Nairobi"}).text
    assert "domingo, 22 de noviembre de 2026, 19:30 (Ciudad de México)" in spanish
    assert "Monday, 23 November 2026, 4:30" in english
    assert "(Nairobi)" in english


def test_a_day_is_the_one_of_the_readers_zone() -> None:
    assert "el 19 de noviembre de 2026" in RENDERER.email("check_in", "es", EXAMPLES["email/check_in"]).text


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 22, 20, 30)  # noqa: DTZ001
    with pytest.raises(ValueError, match="hand in an aware datetime"):
        RENDERER.email("invitation", "es", {**EXAMPLES["email/invitation"], "closes_at": naive})


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 organización que firma sin publicar su nombre"),
        (7, "7 organizaciones que firman sin publicar su nombre"),
    ],
)
def test_unnamed_signatories_are_counted(number: int, words: str) -> None:
    context = {**EXAMPLES["email/statement"], "unnamed_signatories": number}
    assert words in RENDERER.email("statement", "es", context).text


def test_a_statement_that_nobody_else_signs_is_signed_by_the_network() -> None:
    context = {**EXAMPLES["email/statement"], "signatories": [], "unnamed_signatories": 0}
    assert "Firman\n\n- Red Acuerpa\n" in RENDERER.email("statement", "es", context).text


@pytest.mark.parametrize("message", ["statement", "stop_notice"])
@pytest.mark.parametrize(
    ("salutation", "recipient_name", "words"),
    [("Señor Fiscal:", "Ana", "Señor Fiscal:"), (None, "Ana", "Ana:"), (None, None, "A quien corresponda:")],
)
def test_a_message_to_an_office_greets_as_well_as_it_can(
    message: str, salutation: str | None, recipient_name: str | None, words: str
) -> None:
    greeting = {"salutation": salutation, "recipient_name": recipient_name}
    mail = RENDERER.email(message, "es", {**EXAMPLES[f"email/{message}"], **greeting})
    assert f"\n\n{words}\n\n" in mail.text
    assert f">{words}</p>" in mail.html


@pytest.mark.parametrize("message", ["statement", "addendum", "stop_notice"])
def test_how_to_unsubscribe_is_said_to_the_lists_alone(message: str) -> None:
    context = EXAMPLES[f"email/{message}"]
    mail = RENDERER.email(message, "es", context)
    address = str(context["unsubscribe_url"])
    assert f"puede darse de baja aquí:\n{address}\n" in mail.text
    assert f'<a href="{address}">' in mail.html
    unlisted = RENDERER.email(message, "es", {**context, "unsubscribe_url": None})
    assert "darse de baja" not in unlisted.text + unlisted.html


@pytest.mark.parametrize("message", ["statement", "addendum", "stop_notice"])
def test_an_office_is_addressed_by_holder_office_and_salutation(message: str) -> None:
    context = EXAMPLES[f"email/{message}"]
    mail = RENDERER.email(message, "es", context)
    assert "\nLic. Ramón Ejemplo\nFiscalía General del Estado\n\nSeñor Fiscal:\n\n" in mail.text
    assert "Lic. Ramón Ejemplo<br>Fiscalía General del Estado</p>" in mail.html
    others = RENDERER.email(message, "es", {**context, "addressee": []})
    assert "Fiscalía General" not in others.text + others.html


def test_a_letter_to_another_target_names_the_office_that_is_silent_and_a_reminder_does_not() -> None:
    reminder = EXAMPLES["email/reply_reminder"]
    assert "Fiscalía Ejemplo" not in RENDERER.email("reply_reminder", "es", reminder).text
    told = RENDERER.email("reply_reminder", "es", {**reminder, "step": "embassy"})
    assert "Fiscalía Ejemplo" in told.text
    assert "Fiscalía Ejemplo" in told.html
    assert told.subject == "Sin respuesta a UA-2026-014/1"


def test_a_check_in_names_the_two_commands() -> None:
    mail = RENDERER.email("check_in", "es", EXAMPLES["email/check_in"])
    for part in (mail.text, mail.html):
        assert "starter.py show UA-2026-014" in part
        assert "starter.py close UA-2026-014" in part


def test_a_text_message_says_who_writes_about_what_and_spells_it_well() -> None:
    message = RENDERER.sms("statement", "es", EXAMPLES["sms/statement"])
    assert message.startswith("Red Acuerpa, acción urgente UA-2026-014/1: Amenazas de muerte")
    assert "http" not in message


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize(("name", "most"), [("statement", 2), ("stop_notice", 2), ("verification", 1)])
def test_a_text_message_is_short(name: str, most: int, language: str) -> None:
    assert length(RENDERER.sms(name, language, EXAMPLES[f"sms/{name}"])).segments <= most


@pytest.mark.parametrize("language", RENDERER.languages())
@pytest.mark.parametrize("segments", [1, 2, 3])
def test_a_long_title_is_shortened_and_the_link_behind_it_is_not(segments: int, language: str) -> None:
    renderer = Renderer("Red Acuerpa", sms_segments=segments)
    context = {
        "index": "UA-2026-014/1",
        "title": "Amenaza contra María Núñez " * 30,
        "link": "https://a.example/x",
    }
    message = renderer.sms("statement", language, context)
    assert length(message).segments == segments
    assert message.endswith("... https://a.example/x")
    assert "UA-2026-014/1" in message


def test_that_our_own_words_do_not_fit_is_known_before_a_release() -> None:
    renderer = Renderer(
        "Red de Defensoras de los Derechos Humanos y de la Tierra del Sur " * 2, sms_segments=1
    )
    with pytest.raises(TextTooLongError):
        renderer.require_room_for_texts(link=None, verify_url="https://red.example/v/x")
    RENDERER.require_room_for_texts(
        link="https://red.example/acciones/x", verify_url="https://red.example/v/x"
    )
    with pytest.raises(TextTooLongError):
        RENDERER.require_room_for_texts(link=None, verify_url="https://red.example/v/" + 300 * "x")


def test_one_moment_is_written_by_the_clock_of_each_zone() -> None:
    pages = {
        zone: RENDERER.page("sign", "en", {**EXAMPLES["web/sign"], "time_zone": zone})
        for zone in ("America/Mexico_City", "Africa/Nairobi", "America/Mexico_City")
    }
    assert "(Mexico City)" in pages["America/Mexico_City"]
    assert "(Nairobi)" in pages["Africa/Nairobi"]
