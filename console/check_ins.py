"""Commands about the check-ins of a follow-up."""

from typing import Annotated

import typer
from rich.text import Text

from console.answers import read
from console.check_in_answers import CheckIn, CheckInList
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import clock
from models.vocabulary import News

NEWS = {
    "no_news": "no news",
    "news": "there is news",
    "needs_update": "an update is needed",
    "close": "it has ended: closed",
}

Number = Annotated[int, typer.Argument(metavar="N", min=1, help="The number of the check-in.")]
Said = Annotated[News, typer.Argument(metavar="NEWS", help="no_news, news, needs_update or close.")]


def list_check_ins(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the check-ins that were asked, and what was answered."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "check-ins"))
        if as_json:
            opened.screen.json(answer)
            return
        listed = read(CheckInList, answer)
        if not listed.check_ins:
            opened.screen.show(Text(f"Nobody was asked for news of {listed.reference} yet."))
        opened.screen.show(*(_line(listed.reference, one) for one in listed.check_ins))


def answer(
    reference: Reference,
    number: Number,
    news: Said,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Answer a check-in, once; `close` closes the action."""
    with session(api_url, api_key, as_json=as_json) as opened:
        body = {"news": news.value}
        answered = opened.client.post(action_path(reference, f"check-ins/{number}/answer"), body)
        given = read(CheckIn, answered)
        opened.tell(answered, lambda: _line(reference, given))


def _line(reference: str, one: CheckIn) -> Text:
    asked = f"{reference}/{one.document}  check-in {one.number}, asked {clock(one.asked_at)}: "
    if one.news is None or one.answered_at is None:
        return Text(f"{asked}not answered", style="yellow")
    way = ", by the link" if one.by_link else ""
    return Text(f"{asked}{NEWS.get(one.news, one.news)} ({clock(one.answered_at)}{way})")
