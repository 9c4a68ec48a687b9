"""What the API opens of partners' questions, as far as this client shows it."""

from datetime import datetime

from console.answers import Answer


class Question(Answer):
    """A partner's question, and its answer where it has one."""

    id: str
    document: int
    partner_name: str
    contact: str
    asked_at: datetime
    text: str
    answered_at: datetime | None = None
    answer: str | None = None


class QuestionList(Answer):
    """The questions about an action."""

    reference: str
    questions: list[Question]


class QuestionAnswered(Answer):
    """A question that was answered."""

    id: str
    answered_at: datetime
