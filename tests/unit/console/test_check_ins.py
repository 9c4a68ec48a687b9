"""Check-ins and extending, from the script."""

from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from models.vocabulary import News
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.check_in_schemas import CheckInList, CheckInView
from web.extending import ExtensionView

ACTION = f"/api/v1/actions/{REFERENCE}"
MOMENT = datetime(2026, 11, 4, 15, 5, tzinfo=UTC)


def view(news: News | None = None, number: int = 3, *, by_link: bool = False) -> CheckInView:
    return CheckInView(
        document=1,
        number=number,
        asked_at=MOMENT,
        news=news,
        by_link=by_link if news else None,
        answered_at=MOMENT if news else None,
    )


def test_check_ins_are_listed_with_what_was_answered_and_how(server: HTTPServer, run: Run) -> None:
    listed = CheckInList(
        reference=REFERENCE, check_ins=[view(News.NO_NEWS, 1, by_link=True), view(News.NEWS, 2), view()]
    )
    server.expect_request(f"{ACTION}/check-ins", "GET").respond_with_response(answer(listed))
    first, second, third = run("check-ins", "list", REFERENCE.lower()).stdout.splitlines()
    assert first.startswith(f"{REFERENCE}/1  check-in 1, asked ")
    assert "no news" in first
    assert first.endswith(", by the link)")
    assert "there is news" in second
    assert "by the link" not in second
    assert third.endswith("not answered")


def test_that_nobody_was_asked_is_said(server: HTTPServer, run: Run) -> None:
    nothing = CheckInList(reference=REFERENCE, check_ins=[])
    server.expect_request(f"{ACTION}/check-ins", "GET").respond_with_response(answer(nothing))
    assert "Nobody was asked for news" in run("check-ins", "list", REFERENCE).stdout


@pytest.mark.parametrize("news", News)
def test_a_check_in_is_answered_by_its_number(server: HTTPServer, run: Run, news: News) -> None:
    server.expect_request(
        f"{ACTION}/check-ins/3/answer", "POST", json={"news": news.value}
    ).respond_with_response(answer(view(news)))
    told = run("check-ins", "answer", REFERENCE, "3", news.value)
    assert told.exit_code == 0
    assert "check-in 3" in told.stdout
    assert "not answered" not in told.stdout


def test_an_answer_that_is_refused_is_said_with_its_remedy(server: HTTPServer, run: Run) -> None:
    server.expect_request(f"{ACTION}/check-ins/3/answer", "POST").respond_with_response(
        problem(409, "The check-in was answered before.")
    )
    told = run("check-ins", "answer", REFERENCE, "3", "news")
    assert told.exit_code == 1
    assert "answered before" in told.stderr


@pytest.mark.parametrize("wrong", [("0", "news"), ("3", "gossip")])
def test_no_number_and_no_word_of_ours_are_asked_of_nobody(
    server: HTTPServer, run: Run, wrong: tuple[str, str]
) -> None:
    assert run("check-ins", "answer", REFERENCE, *wrong).exit_code == 2
    assert server.log == []


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (("--days", "42"), {"days": 42}),
        (("--until", "2026-12-04T18:00-06:00"), {"until": "2026-12-05T00:00:00+00:00"}),
    ],
)
def test_an_action_is_extended_by_days_or_until_a_moment(
    server: HTTPServer, run: Run, options: tuple[str, ...], body: dict[str, object]
) -> None:
    extended = ExtensionView(reference=REFERENCE, expires_at=MOMENT)
    server.expect_request(f"{ACTION}/extend", "POST", json=body).respond_with_response(answer(extended))
    told = run("extend", REFERENCE.lower(), *options)
    assert told.exit_code == 0
    assert f"{REFERENCE} expires " in told.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--days N, or --until MOMENT"),
        (("--days", "1", "--until", "2026-12-04T18:00-06:00"), "--days N, or --until MOMENT"),
        (("--until", "mañana"), "--until must be a moment"),
    ],
)
def test_neither_or_both_and_what_is_no_moment_are_refused_before_anything_is_asked(
    server: HTTPServer, run: Run, options: tuple[str, ...], said: str
) -> None:
    told = run("extend", REFERENCE, *options)
    assert told.exit_code == 2
    assert said in told.stderr
    assert server.log == []
