"""Commands about addresses that must not be written to."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from console.answers import read
from console.doubt_answers import SuppressionLifted, SuppressionList
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, session
from console.words import clock, named
from models.vocabulary import ConsentMethod

REASONS = {
    "soft_bounces": "messages kept coming back for more than a week",
    "no_such_address": "the provider says that it does not exist",
    "bounced": "a message came back: it does not exist",
    "removed": "she asked to be taken off the contacts",
    "unsubscribed": "she left the lists",
    "opted_out": "she told the provider to stop",
    "complained": "she called a message spam",
}


class Why(StrEnum):
    """Why an address may be written to again."""

    WORKS_AGAIN = "works_again"
    """Somebody made sure that it exists and is read."""
    MISTAKEN = "mistaken"
    """What the provider said was wrong."""
    OWN_CONSENT = "own_consent"
    """She said herself that she may be written to."""


class Way(StrEnum):
    """By which channel an address is written to."""

    EMAIL = "email"
    """A mail address."""
    SMS = "sms"
    """A telephone number."""


Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")]
Reason = Annotated[Why, typer.Option("--why", help="own_consent is needed where it was her own wish.")]
Channel = Annotated[Way, typer.Option("--channel", help="What kind of address it is.")]
ConsentedOn = Annotated[
    datetime | None,
    typer.Option("--consented-on", formats=["%Y-%m-%d"], help="With own_consent: on which day."),
]
Method = Annotated[ConsentMethod | None, typer.Option("--method", help="With own_consent: how she gave it.")]


def list_suppressions(
    *,
    limit: Limit = 100,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List suppressed addresses by those who have them; the addresses themselves are kept as hashes only."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/suppressions", {"limit": limit})
        if as_json:
            opened.screen.json(answer)
            return
        told = read(SuppressionList, answer)
        counted = (f"{count} {named(REASONS, reason)}" for reason, count in told.counts.items())
        grid = Table.grid(padding=(0, 3, 0, 0))
        for one in told.suppressions:
            whose = ", ".join(one.whose) or "nobody whom we know now"
            grid.add_row(clock(one.suppressed_at), whose, named(REASONS, one.reason))
        opened.screen.show("Suppressed: " + ("; ".join(counted) or "nobody") + ".", grid)


def lift(
    *,
    why: Reason,
    channel: Channel = Way.EMAIL,
    consented_on: ConsentedOn = None,
    method: Method = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have an address written to again. It is asked for, so that no list of commands holds it.

    Who lifted it and why is kept. What was her own wish is lifted by her own consent only.
    """
    if (why is Why.OWN_CONSENT) != (consented_on is not None and method is not None):
        raise typer.BadParameter("--consented-on and --method go with --why own_consent, both of them.")
    with session(api_url, api_key, as_json=as_json) as opened:
        address = opened.screen.ask("Address")
        body: dict[str, object] = {"channel": channel, "address": address, "why": why}
        if consented_on and method:
            body |= {"consent_given_on": consented_on.date().isoformat(), "consent_method": method}
        answer = opened.client.post("/suppressions/lift", body)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(SuppressionLifted, answer)
        opened.screen.show(f"Lifted: {_words(told.lifted)}.")
        if told.kept:
            opened.screen.show(f"It remains, and only she can take it back: {_words(told.kept)}.")


def _words(reasons: list[str]) -> str:
    return "; ".join(named(REASONS, reason) for reason in reasons)
