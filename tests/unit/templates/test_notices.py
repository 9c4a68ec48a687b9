import re
from datetime import UTC, datetime

import pytest

from models.sms_length import length
from templates.markdown import to_text
from templates.rendering import RenderedEmail, RenderedNotice, Renderer
from tests.unit.templates.examples import EXAMPLES
from tests.unit.templates.html_outline import Outline
from tests.unit.templates.test_verification_messages import CANARIES

RENDERER = Renderer(network_name="Red Acuerpa")
LANGUAGES = RENDERER.languages()
NOTICES = ["stop", "withdraw"]
DAYS = {
    "es": "24 de noviembre de 2026",
    "en": "24 November 2026",
    "fr": "24 novembre 2026",
    "pt": "24 de novembro de 2026",
}


def notice(name: str, language: str, **changes: object) -> RenderedNotice:
    return RENDERER.notice(name, language, {**EXAMPLES[f"notices/{name}"], **changes})


def mail(name: str, language: str) -> RenderedEmail:
    written = notice(name, language)
    texts = {"title": written.headline, "summary": written.headline, "body": written.body}
    context = {**EXAMPLES["email/stop_notice"], **texts, "statement_language": language}
    return RENDERER.email("stop_notice", language, context)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_tells_the_reference_and_the_day_and_nothing_else(name: str, language: str) -> None:
    canaries = {key: value for key, value in CANARIES.items() if key not in EXAMPLES[f"notices/{name}"]}
    written = notice(name, language, **canaries)
    assert written == notice(name, language)
    assert written.body.count("UA-2026-014") == written.body.count(DAYS[language]) == 1
    rest = written.body.replace("UA-2026-014", "").replace(DAYS[language], "")
    for part in (written.headline, rest):
        assert not re.search(r"\d|canario|Red Acuerpa|http", part)


@pytest.mark.parametrize("name", NOTICES)
def test_only_the_reference_and_the_day_change_from_case_to_case(name: str) -> None:
    one = notice(name, "es")
    later = datetime(2031, 2, 3, 12, 0, tzinfo=UTC)
    other = notice(name, "es", reference="UA-2031-007", ended_at=later)
    assert other.headline == one.headline
    moved = one.body.replace("UA-2026-014", "UA-2031-007").replace(DAYS["es"], "3 de febrero de 2031")
    assert other.body == moved


def test_the_day_of_a_notice_is_the_one_of_the_networks_zone() -> None:
    assert "24 de noviembre" in notice("stop", "es").body
    assert "25 de noviembre" in notice("stop", "es", time_zone="UTC").body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawal_has_other_words_than_a_stop(language: str) -> None:
    stop, withdrawal = notice("stop", language), notice("withdraw", language)
    assert stop.headline != withdrawal.headline
    assert not set(stop.body.splitlines()) & set(withdrawal.body.splitlines()) - {""}


def test_a_stop_thanks_and_asks_to_do_no_more() -> None:
    body = notice("stop", "es").body
    assert "Agradecemos a todas las personas que actuaron por ella." in body
    assert "- no emprender más gestiones por ella" in body
    assert "- no seguir difundiéndola." in body
    assert "no exime a ninguna autoridad de sus obligaciones" in body


def test_a_withdrawal_asks_to_delete_take_down_and_name_nobody() -> None:
    body = notice("withdraw", "es").body
    assert body.startswith("A petición de las personas a quienes concierne, retiramos")
    for asked in ("- eliminar", "- no publicarlo", "- retirar lo que haya publicado", "- no nombrar a nadie"):
        assert asked in body
    assert "no pregunte por los motivos" in body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "points"), [("stop", 2), ("withdraw", 4)])
def test_a_notice_is_markdown_that_reads_well_in_both_parts(name: str, points: int, language: str) -> None:
    sent = mail(name, language)
    assert len(Outline(sent.html).named("li")) == points
    assert to_text(notice(name, language).body) in sent.text
    assert notice(name, language).headline in sent.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_is_signed_by_nobody(language: str) -> None:
    signed_by = {"es": "Firman", "en": "Signed by", "fr": "Signataires", "pt": "Assinam"}[language]
    sent = mail("stop", language)
    assert signed_by not in sent.text + sent.html
    statement = RENDERER.email("statement", language, EXAMPLES["email/statement"])
    assert signed_by in statement.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_fits_a_text_message(name: str, language: str) -> None:
    context = {**EXAMPLES["sms/stop_notice"], "title": notice(name, language).headline}
    message = RENDERER.sms("stop_notice", language, context)
    assert message.startswith("Red Acuerpa, ")
    assert "UA-2026-014/2" in message
    assert length(message).segments <= RENDERER.sms_segments
