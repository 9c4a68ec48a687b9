"""Closing reports as HTML and PDF: the same figures in every language, a picture, and no script."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from models.case_reports import CaseReport, Milestone, Moment, Responded
from models.figures import Ending
from models.messages import DeliveryState
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from models.vocabulary import Channel, Concern, TargetKind
from templates.catalogs import languages, translations
from templates.rendering import Renderer
from templates.report.words import CHANNELS, ENDINGS, IMPACTS, KINDS, MILESTONES, PARTNER_ACTIONS, RESPONSES
from templates.report.writing import WIDTH, WORDS, ReportWriter, points, told_of
from templates.typesetting import Typesetter
from tests.unit.templates.letter_examples import on_paper

WRITER = ReportWriter(Typesetter(), Renderer("Red <Acuerpa>"))
DAY = date(2026, 11, 19)
WIDEST = 7.5
"""Pixels that a letter of the picture takes on average, in the widest of its fonts."""
REPORT = CaseReport(
    reference="UA-2026-014",
    country="MX",
    concerns=(Concern.DEATH_THREAT,),
    on=date(2026, 12, 30),
    ending=Ending.CLOSED,
    timeline=(
        Moment(Milestone.EVENT, DAY),
        Moment(Milestone.RECEIVED, DAY),
        Moment(Milestone.RELEASED, DAY + timedelta(days=1), 1),
        Moment(Milestone.SUBMITTED, DAY + timedelta(days=2), 1),
        Moment(Milestone.SUBMISSION_LATE, DAY + timedelta(days=16), 1),
        Moment(Milestone.SUBMISSION_ANSWERED, DAY + timedelta(days=20), 1),
        Moment(Milestone.ENDED, DAY + timedelta(days=40)),
    ),
    signatures={"GT": 2, "MX": 1},
    organisations=17,
    unnamed_at_least=5,
    deliveries={
        Channel.EMAIL: {DeliveryState.SENT: 40, DeliveryState.DELIVERED: 2, DeliveryState.BOUNCED: 1}
    },
    responses=(Responded(TargetKind.AUTHORITY, 3, {ResponseKind.PLEDGE: 1}),),
    partner_actions={PartnerActionKind.CALLED: 2, PartnerActionKind.MET: 1},
    impacts=(Impact.MODERATE_POSITIVE,),
)


def test_every_word_of_a_report_has_its_words() -> None:
    for words in (MILESTONES, CHANNELS, IMPACTS, KINDS, PARTNER_ACTIONS, RESPONSES):
        assert set(words) == set(type(next(iter(words))))
    assert set(ENDINGS) == set(Ending) - {Ending.WITHDRAWN}


def test_a_report_tells_its_figures_on_the_page_and_on_paper() -> None:
    page = " ".join(re.sub(r"<[^>]+>", " ", WRITER.html(REPORT, "es")).split())
    for text in (page, on_paper(WRITER.pdf(REPORT, "es"))):
        for said in (
            "UA-2026-014",
            "Guatemala",
            "17 organizaciones",
            "42 de 43 enviados",
            "prometió actuar: 1",
            "Se reunieron con una instancia 1 organización",
            "Ocurrió una parte de lo que se pedía.",
        ):
            assert said in text
    for said in (
        "19 de noviembre de 2026: El hecho",
        "20 de noviembre de 2026: Sale el documento 1",
        "5 de diciembre de 2026: Vence el plazo para responder a la presentación 1",
        "9 de diciembre de 2026: El mecanismo responde a la presentación 1",
    ):
        assert said in page


@pytest.mark.parametrize("language", languages())
def test_a_report_has_no_script_asks_for_nothing_and_escapes_what_it_says(language: str) -> None:
    page = WRITER.html(REPORT, language)
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)
    assert "Red &lt;Acuerpa&gt;" in page
    assert WRITER.pdf(REPORT, language).startswith(b"%PDF-")


def test_the_same_report_has_the_same_bytes() -> None:
    assert WRITER.pdf(REPORT, "es") == WRITER.pdf(replace(REPORT), "es")


def test_the_picture_is_sound_and_has_a_point_and_words_for_each_moment() -> None:
    page = WRITER.html(REPORT, "en")
    picture = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])  # noqa: S314 - ours
    tags = [one.tag.rpartition("}")[2] for one in picture.iter()]
    assert (tags.count("circle"), tags.count("text")) == (len(REPORT.timeline), len(REPORT.timeline))


@given(st.lists(st.integers(0, 4000), max_size=30))
def test_points_stand_in_their_order_inside_the_picture_each_in_a_row_of_its_own(days: list[int]) -> None:
    timeline = tuple(Moment(Milestone.ANSWERED, DAY + timedelta(days=one)) for one in sorted(days))
    placed = points(timeline, lambda moment: str(moment.on))
    along = [int(str(one["at"])) for one in placed]
    rows = [int(str(one["row"])) for one in placed]
    assert along == sorted(along)
    assert all(rows[0] <= at <= rows[-1] for at in along)
    assert [later - before for before, later in pairwise(rows)] == [24] * max(len(rows) - 1, 0)


@pytest.mark.parametrize("language", languages())
def test_the_words_of_every_moment_fit_into_the_picture(language: str) -> None:
    locale = Locale.parse(language, sep="-")
    for milestone in Milestone:
        said = told_of(Moment(milestone, date(2026, 9, 30), 10), translations(language), locale)
        assert WORDS + WIDEST * len(said) <= WIDTH, said


def test_a_long_timeline_stays_on_the_first_page() -> None:
    moments = tuple(Moment(Milestone.ANSWERED, DAY + timedelta(days=one)) for one in range(90))
    pages = PdfReader(BytesIO(WRITER.pdf(replace(REPORT, timeline=moments), "es"))).pages
    assert "Informe sobre" in pages[0].extract_text()
    assert len(pages) == 2, "the picture with its title, and what follows"


def test_what_there_is_nothing_to_tell_of_has_no_heading() -> None:
    bare = replace(REPORT, signatures={}, organisations=0, unnamed_at_least=0, deliveries={})
    bare = replace(bare, responses=(), partner_actions={})
    assert WRITER.html(bare, "en").count("<h2>") == 2, "the timeline, and how it ended"
