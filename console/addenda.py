"""The command that has an addendum to the list of signatories sent."""

from datetime import datetime

from rich.text import Text

from console.answers import Answer, read
from console.documents import Number
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


class Addendum(Answer):
    """An addendum that is on its way."""

    number: int
    due_at: datetime


def addendum(
    reference: Reference,
    number: Number,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Tell those who received a document who signed since then.

    Where the case says `tell_withdrawals`, also who is no longer on the list.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(action_path(reference, f"documents/{number}/addendum"), repeatable=True)
        if as_json:
            opened.screen.json(answer)
        else:
            made = read(Addendum, answer)
            opened.screen.show(Text(f"Addendum {made.number} leaves from {clock(made.due_at)} on."))
