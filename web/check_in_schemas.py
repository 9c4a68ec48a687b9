"""Check-ins, as coordinators read and answer them."""

from datetime import datetime

from pydantic import ConfigDict

from models.vocabulary import News
from web.schemas import Request, Schema


class CheckInView(Schema):
    """A check-in that was asked, and what was answered."""

    document: int
    number: int
    asked_at: datetime
    news: News | None
    by_link: bool | None
    answered_at: datetime | None


class CheckInList(Schema):
    """The check-ins of an action, oldest first."""

    reference: str
    check_ins: list[CheckInView]


class NewsRequest(Request):
    """What is answered; `close` ends the action in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"news": "no_news"}]})

    news: News
