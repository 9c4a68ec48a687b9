"""Commands about what partners ask before they sign."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from console.answers import read
from console.errors import BadInputError
from console.files import read_text
from console.question_answers import Question, QuestionAnswered, QuestionList
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    action_path,
    session,
)
from console.words import clock
from models.vocabulary import ReadingReason

QuestionId = Annotated[
    str, typer.Argument(metavar="ID", help="The question's id, as `questions list REF` tells it.")
]
AnswerFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help="The answer, in a file; it is asked for otherwise, so that no list of commands holds it.",
    ),
]


def list_questions(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read what partners asked and were answered; the audit trail tells that you did."""
    with session(api_url, api_key, as_json=as_json) as opened:
        why = {"why": ReadingReason.COORDINATING.value}
        answer = opened.client.get(action_path(reference, "questions"), why)
        opened.tell(answer, lambda: _listed(read(QuestionList, answer)))


def answer(
    reference: Reference,
    question: QuestionId,
    *,
    file: AnswerFile = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question: the partner's contact reads it on her page, and gets a mail that it is there."""
    with session(api_url, api_key, as_json=as_json) as opened:
        body = {"text": _text(opened, file)}
        path = action_path(reference, f"questions/{quote(question.strip(), safe='')}/answer")
        answered = opened.client.post(path, body)
        read(QuestionAnswered, answered)
        opened.tell(answered, lambda: "Answered. A mail tells her that the answer waits on her page.")


def _text(opened: Session, file: Path | None) -> str:
    if file is None:
        opened.screen.require_terminal("This asks for the answer. Without a terminal, add --file FILE.")
        return opened.screen.ask("What do you answer?")
    text = read_text(file).strip()
    if not text:
        raise BadInputError(f"{file.name} is empty. Write the answer into it.")
    return text


def _listed(listed: QuestionList) -> RenderableType:
    if not listed.questions:
        return Text(f"Nobody has asked anything about {listed.reference}.")
    return Group(*(line for one in listed.questions for line in _question(listed.reference, one)))


def _question(reference: str, one: Question) -> Iterator[RenderableType]:
    waits = one.answered_at is None
    yield Text(
        f"{one.id}  {reference}/{one.document}  {one.partner_name} ({one.contact}), {clock(one.asked_at)}",
        style="yellow" if waits else "",
    )
    yield Padding(Text(one.text), (0, 0, 0, 2))
    if one.answer and one.answered_at:
        yield Padding(Text(f"Answered {clock(one.answered_at)}:"), (0, 0, 0, 2))
        yield Padding(Text(one.answer), (0, 0, 0, 4))
    yield Text()
