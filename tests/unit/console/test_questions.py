"""What partners ask before they sign, from the script."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pytest_httpserver import HTTPServer

from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.question_schemas import Answered, QuestionList, QuestionView

QUESTIONS = f"/api/v1/actions/{REFERENCE}/questions"
ID = UUID("3b7c1c7a-7a0e-4a53-9f0e-6f2f6b2f7c11")
ANSWER = f"{QUESTIONS}/{ID}/answer"
MOMENT = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)


def listed(*answers: str | None) -> QuestionList:
    return QuestionList(
        reference=REFERENCE,
        questions=[
            QuestionView(
                id=ID,
                document=1,
                partner="casa-manantial",
                partner_name="Casa Ejemplo",
                contact="Amparo Ficticia Ruiz",
                asked_at=MOMENT,
                text="¿Ella acordó las demandas?",
                answered_at=MOMENT if told else None,
                answer=told,
            )
            for told in answers
        ],
    )


def test_questions_are_listed_with_their_answers_and_the_trail_is_told_why(
    server: HTTPServer, run: Run
) -> None:
    server.expect_request(QUESTIONS, "GET", query_string={"why": "coordinating"}).respond_with_response(
        answer(listed(None, "Sí, las acordó."))
    )
    told = run("questions", "list", REFERENCE.lower()).stdout
    assert told.count(f"{ID}  {REFERENCE}/1  Casa Ejemplo (Amparo Ficticia Ruiz)") == 2
    assert told.count("¿Ella acordó las demandas?") == 2
    assert told.count("Sí, las acordó.") == 1


def test_where_nobody_asked_anything_the_list_says_so(server: HTTPServer, run: Run) -> None:
    server.expect_request(QUESTIONS, "GET").respond_with_response(answer(listed()))
    assert "Nobody has asked anything" in run("questions", "list", REFERENCE).stdout


def test_an_answer_is_read_from_a_file(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("  Sí, las acordó.\n")
    server.expect_ordered_request(ANSWER, "POST", json={"text": "Sí, las acordó."}).respond_with_response(
        answer(Answered(id=ID, answered_at=MOMENT))
    )
    told = run("questions", "answer", REFERENCE, str(ID), "--file", str(file))
    assert told.exit_code == 0
    assert "Answered. A mail tells her" in told.stdout


def test_an_empty_file_answers_nothing_and_without_a_terminal_a_file_is_asked_for(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "answer.txt"
    file.write_text(" \n")
    assert "answer.txt is empty" in run("questions", "answer", REFERENCE, str(ID), "--file", str(file)).stderr
    assert "add --file FILE" in run("questions", "answer", REFERENCE, str(ID)).stderr
    assert server.log == []


def test_as_json_it_is_what_the_api_answered(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("Sí.")
    answered = Answered(id=ID, answered_at=MOMENT)
    server.expect_request(QUESTIONS, "GET").respond_with_response(answer(listed(None)))
    server.expect_request(ANSWER, "POST").respond_with_response(answer(answered))
    shown = run("questions", "list", REFERENCE, "--json")
    assert shown.stdout == listed(None).model_dump_json() + "\n"
    told = run("questions", "answer", REFERENCE, str(ID), "--file", str(file), "--json")
    assert told.stdout == answered.model_dump_json() + "\n"


def test_a_question_that_was_answered_before_is_told_of(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("Sí.")
    refused = problem(409, "The question was answered before.")
    server.expect_request(ANSWER, "POST").respond_with_response(refused)
    told = run("questions", "answer", REFERENCE, str(ID), "--file", str(file))
    assert told.exit_code == 1
    assert "The question was answered before." in told.stderr
