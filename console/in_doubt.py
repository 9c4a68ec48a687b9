"""Commands about messages of which nobody knows whether they arrived."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from console.answers import read
from console.doubt_answers import DoubtDecided, InDoubt, InDoubtList
from console.errors import BadInputError
from console.purposes import PURPOSES
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    Yes,
    action_path,
    session,
)
from console.words import CHANNELS, COMMAND, clock, named

WHY = {
    "sender_died": "its sender died when the provider may have had it",
    "connection_lost_at_the_end": "the connection broke when the provider may have had it",
    "unrecognised": "the provider answered what we do not understand",
    "restored": "a backup was restored: it may have gone out before",
    "retries_exhausted": "the provider may have had it, and answered nothing for a day",
    "no_longer_wanted": "the provider may have had it; then nobody waited for it any more",
    "demands_replaced": "the provider may have had it; then facts changed, and it is not asked for any more",
    "action_ended": "the provider may have had it; then the action ended",
    "address_suppressed": "the provider may have had it; then the address was suppressed",
    "not_permitted": "the provider may have had it; then something that it needs was missing",
    "names_somebody": "held back: it names somebody who must not be named; correct the text",
}

MOST_NAMED = 1000


class Settled(StrEnum):
    """As what a message is settled."""

    SENT = "sent"
    """It arrived, or so you take it."""
    FAILED = "failed"
    """It did not arrive."""


Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="Messages, as `unknown REF` tells them.")
]
Everything = Annotated[bool, typer.Option("--all", help="All that are in doubt.")]
As = Annotated[Settled, typer.Argument(help="What became of them.")]


def unknown(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the messages that may or may not have arrived, and those held back, with the reason.

    An id is the beginning of the mail's Message-ID: look for it in the mail server's log.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        if as_json:
            opened.screen.json(opened.client.get(action_path(reference, "in-doubt"), {"limit": 1000}))
            return
        found = _everything(opened, reference)
        if not found:
            opened.screen.show("Nothing is in doubt.")
            return
        opened.screen.show(_table(found), *_advice(reference, found))


def resend(
    reference: Reference,
    ids: Ids = None,
    *,
    everything: Everything = False,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Send messages in doubt again, under the same Message-ID.

    They pass the same checks as any message. Whoever got the first copy may get a second one.
    """
    chosen = _chosen(ids, everything=everything)
    with session(api_url, api_key, as_json=as_json) as opened:
        opened.screen.confirm("Send again? Whoever got the first copy may get a second one.", yes=yes)
        _decide(opened, reference, "resend", chosen)


def settle(
    reference: Reference,
    state: As,
    ids: Ids = None,
    *,
    everything: Everything = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Settle messages in doubt, as sent or as failed, by what you know of them."""
    chosen = _chosen(ids, everything=everything)
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, state, chosen)


def _chosen(ids: Sequence[str] | None, *, everything: bool) -> list[str] | None:
    if bool(ids) == everything:
        raise typer.BadParameter("Name messages, or give --all.")
    return None if everything else [one.strip() for one in ids or ()]


def _decide(opened: Session, reference: str, decision: str, chosen: list[str] | None) -> None:
    if chosen and len(chosen) > MOST_NAMED:
        raise BadInputError(f"Name at most {MOST_NAMED} messages at once, or give --all.")
    body = {"decision": str(decision), **({"deliveries": chosen} if chosen else {})}
    answer = opened.client.post(action_path(reference, "in-doubt"), body)
    told = read(DoubtDecided, answer)
    if opened.screen.as_json:
        opened.screen.json(answer)
    elif decision == "resend":
        opened.screen.show(f"Sent again, as far as the checks allow it: {told.changed}.")
    else:
        opened.screen.show(f"Settled as {decision}: {told.changed}.")


def _everything(opened: Session, reference: str) -> list[InDoubt]:
    found: list[InDoubt] = []
    after: dict[str, str] = {}
    while True:
        page = read(
            InDoubtList, opened.client.get(action_path(reference, "in-doubt"), {"limit": 1000, **after})
        )
        found += page.deliveries
        if page.next_after is None:
            return found
        after = {"after": page.next_after}


def _table(found: Sequence[InDoubt]) -> Table:
    grid = Table.grid(padding=(0, 3, 0, 0))
    for one in found:
        since = clock(one.since) if one.since else ""
        again = "sent again before; " if one.resent_at else ""
        grid.add_row(
            Text(one.id, no_wrap=True),
            named(PURPOSES, one.purpose),
            f"{named(CHANNELS, one.channel)} to {named({}, one.recipient)}, {one.language}",
            since,
            again + named(WHY, one.failure or "no reason was written down"),
        )
    return grid


def _advice(reference: str, found: Sequence[InDoubt]) -> tuple[str, ...]:
    if not any(one.state == "unknown" for one in found):
        return ()
    name = reference.strip().upper()
    return (
        f"\nTo send them again:\n  {COMMAND} resend {name} ID [ID]...",
        f"To settle them by what you know:\n  {COMMAND} settle {name} sent ID [ID]...",
    )
