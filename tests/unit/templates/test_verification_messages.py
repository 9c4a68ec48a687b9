import re
from datetime import UTC, datetime

import pytest

from templates.rendering import Renderer
from tests.unit.templates.examples import EXAMPLES

RENDERER = Renderer(network_name="Red Acuerpa")
LANGUAGES = RENDERER.languages()
REQUESTS = ["verification", "verification_reminder"]
ALARMS = ["verification_alarm", "leak_alarm", "invitation_alarm"]
TEXTS = ("index", "reference", "title", "summary", "body", "background", "headline", "statement_language")
PLACES = ("country", "region", "place", "urgency", "office", "salutation")
PEOPLE = ("partner_name", "person", "pseudonym", "author", "coordinator", "network")
LISTS = ("demands", "concerns", "languages")
CANARIES: dict[str, object] = {
    **{name: f"canario-{name}" for name in TEXTS + PLACES + PEOPLE},
    **{name: [f"canario-{name}"] for name in LISTS},
    "signatories": [{"name": "canario-firmante", "country": "canario-pais"}],
    "identified": [{"shown_as": "canario-luna", "name": "canario-itzel", "role": "canario-rol"}],
    "number": 77_001,
    "unnamed_signatories": 77_002,
    "released_at": datetime(2077, 7, 7, tzinfo=UTC),
    "closes_at": datetime(2077, 7, 7, tzinfo=UTC),
    "time_zone": "America/Tegucigalpa",
}
TELLING = re.compile(
    r"acuerpa|urgen|risk|riesgo|risque|risco|threat|amena|menac|defen|d[eé]fens|muje|mulher|femme|wom[ae]n",
    re.IGNORECASE,
)


def parts(message: str, language: str, **context: object) -> list[str]:
    mail = RENDERER.email(message, language, {**context, **EXAMPLES[f"email/{message}"]})
    return [mail.subject, mail.text, mail.html]


def text_message(message: str, language: str, **context: object) -> str:
    return RENDERER.sms(message, language, {**context, **EXAMPLES[f"sms/{message}"]})


def subject(message: str, language: str) -> str:
    return RENDERER.email(message, language, EXAMPLES[f"email/{message}"]).subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", REQUESTS)
def test_a_request_says_nothing_of_the_case(message: str, language: str) -> None:
    said = [*parts(message, language, **CANARIES), text_message(message, language, **CANARIES)]
    assert not [part for part in said if re.search(r"canario|77|UA-", part)]
    assert said == [*parts(message, language), text_message(message, language)]


def test_the_canaries_would_be_heard_in_a_message_that_tells_more() -> None:
    context = {**EXAMPLES["email/stop_notice"], **CANARIES}
    mail = RENDERER.email("stop_notice", "es", context)
    assert mail.subject == "Aviso canario-index: canario-title"
    assert "canario-body" in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", REQUESTS)
def test_what_a_locked_telephone_shows_gives_nobody_away(message: str, language: str) -> None:
    seen = subject(message, language), text_message(message, language).split("http")[0]
    for shown in seen:
        assert not TELLING.search(shown)
        assert not re.search(r"\d", shown)
        assert "Amaranta" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", REQUESTS)
def test_a_request_brings_its_link_and_no_other(message: str, language: str) -> None:
    link = EXAMPLES[f"email/{message}"]["verify_url"]
    _, text, html = parts(message, language)
    for part in (text, html, text_message(message, language)):
        assert set(re.findall(r"https?://[^\s\"<]+", part)) == {link}
        assert "PIN" in part


@pytest.mark.parametrize("message", REQUESTS)
def test_a_request_says_how_to_handle_it(message: str) -> None:
    for part in parts(message, "es")[1:]:
        assert "Si ahora no puede revisarlo, no tiene que hacer nada" in part
        assert "se avisará a la siguiente persona de la lista de guardia" in part
        assert "El enlace es solo para usted" in part
        assert "nunca lo pedimos por correo ni por teléfono" in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_can_be_told_from_the_first_request(language: str) -> None:
    assert subject("verification", language) != subject("verification_reminder", language)
    first, second = (text_message(message, language) for message in REQUESTS)
    assert first != second


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("message", ALARMS)
def test_an_alarm_names_the_reference_and_nothing_else_of_the_case(message: str, language: str) -> None:
    said = parts(message, language, **CANARIES)
    assert said == parts(message, language)
    assert all("UA-2026-014" in part for part in said)
    assert not [part for part in said if "2026" in part.replace("UA-2026-014", "")]


@pytest.mark.parametrize(
    ("message", "commands"),
    [
        ("verification_alarm", ["starter.py show UA-2026-014", "admin.py verifiers duty"]),
        (
            "leak_alarm",
            [
                "starter.py hold UA-2026-014",
                "starter.py show UA-2026-014",
                "starter.py documents version UA-2026-014",
            ],
        ),
        (
            "invitation_alarm",
            [
                "starter.py sign-on show UA-2026-014 1",
                "starter.py partners import",
                "starter.py sign-on invite UA-2026-014 1",
            ],
        ),
    ],
)
def test_an_alarm_names_the_commands_in_their_order(message: str, commands: list[str]) -> None:
    _, text, html = parts(message, "es")
    assert re.findall(r"^    (.+)$", text, re.MULTILINE) == commands
    assert re.findall(r">((?:starter|admin)\.py .+?)</pre>", html) == commands


@pytest.mark.parametrize("released_at", [None, datetime(2026, 11, 20, 5, 0, tzinfo=UTC)])
@pytest.mark.parametrize("message", ALARMS)
def test_an_alarm_is_raised_before_and_after_a_release(message: str, released_at: datetime | None) -> None:
    context = {**EXAMPLES[f"email/{message}"], "released_at": released_at}
    assert RENDERER.email(message, "es", context).text == parts(message, "es")[1]


@pytest.mark.parametrize(
    ("partners", "lost", "told"),
    [
        (1, 0, ["no llegó a 1 organización."]),
        (3, 1, ["no llegó a 3 organizaciones.", "A 1 organización ya no le queda"]),
        (3, 2, ["no llegó a 3 organizaciones.", "A 2 organizaciones ya no les queda"]),
    ],
)
def test_an_alarm_about_invitations_counts_and_names_nobody(
    partners: int, lost: int, told: list[str]
) -> None:
    context = {**EXAMPLES["email/invitation_alarm"], "partners": partners, "lost": lost}
    mail = RENDERER.email("invitation_alarm", "es", context)
    for part in (mail.text, mail.html):
        assert all(words in part for words in told)
        assert ("ya no le" in part) is (lost > 0)


def test_a_leak_alarm_says_that_nothing_was_sent_and_not_whom_it_is_about() -> None:
    for part in parts("leak_alarm", "es")[1:]:
        assert "Ninguno de esos mensajes se envió." in part
        assert "este correo no dice a quién" in part
