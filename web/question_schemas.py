"""Questions of partners, as coordinators read and answer them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from models.scalars import Prose
from web.schemas import Request, Schema

Answer = Annotated[Prose, Field(min_length=2, max_length=2_000)]


class QuestionView(Schema):
    """A partner's question, and its answer where it has one."""

    id: UUID
    document: int
    partner: str
    partner_name: str
    contact: str
    asked_at: datetime
    text: str
    answered_at: datetime | None
    answer: str | None


class QuestionList(Schema):
    """The questions about an action: those that wait first, oldest first."""

    reference: str
    questions: list[QuestionView]


class AnswerRequest(Request):
    """An answer, as the partner's contact will read it on her page. It is sealed."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "Sí: las demandas las acordó ella misma con nosotras."}]}
    )

    text: Answer


class Answered(Schema):
    """A question that was answered; its contact is told that something waits on her page."""

    id: UUID
    answered_at: datetime
