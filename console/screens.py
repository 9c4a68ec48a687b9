"""The command that makes links to the live page of an action."""

from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from console.answers import Answer, read
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

Hours = Annotated[int, typer.Option(metavar="N", min=1, help="For how many hours the link opens the page.")]
Revoke = Annotated[bool, typer.Option("--revoke", help="Revoke every link to it that is out.")]


class Screen(Answer):
    """A link to the live page."""

    url: str
    expires_at: datetime


class Revoked(Answer):
    """How many links were revoked."""

    revoked: int


def screen(
    reference: Reference,
    *,
    hours: Hours = 12,
    revoke: Revoke = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a link to a page for a screen: how many signed, who in public, how much time is left.

    Whoever has the link sees the page, without a key.
    """
    path = action_path(reference, "screens")
    with session(api_url, api_key, as_json=as_json) as opened:
        if revoke:
            answer = opened.client.post(f"{path}/revocation", repeatable=True)
        else:
            answer = opened.client.post(path, {"hours": hours})
        if as_json:
            opened.screen.json(answer)
        elif revoke:
            opened.screen.show(Text(f"Links revoked: {read(Revoked, answer).revoked}."))
        else:
            made = read(Screen, answer)
            told = f"It opens the page until {clock(made.expires_at)}:\n  {made.url}"
            opened.screen.show(Text(told, no_wrap=True, overflow="ignore"))
