"""Commands about the links of invited partners."""

from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from console.answers import read
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.sign_on_answers import InvitationList
from console.words import clock, named

Partner = Annotated[
    str, typer.Argument(metavar="PARTNER", help="The partner's id, as `invitations list REF` tells it.")
]

Number = Annotated[
    int | None,
    typer.Option(
        "--document", metavar="N", min=1, help="Which document; else the newest that it was invited to."
    ),
]


def list_invitations(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the invited partners, and whether a link opens the page for each."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "invitations"))
        opened.tell(answer, lambda: _table(read(InvitationList, answer)))


def reissue(
    reference: Reference,
    partner: Partner,
    *,
    document: Number = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Send a partner a new link to a document; those to it before open nothing any more."""
    with session(api_url, api_key, as_json=as_json) as opened:
        asked = f"?document={document}" if document else ""
        answer = opened.client.post(_link_path(reference, partner) + asked)
        told = read(InvitationList, answer)
        if as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show("A new link is on its way; those before open nothing any more.", _table(told))


def revoke(
    reference: Reference,
    partner: Partner,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a partner's links to all documents, until you reissue one. What it answered stays."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.delete(_link_path(reference, partner))
        told = read(InvitationList, answer)
        if as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show("Its links open nothing any more.", _table(told))


def _link_path(reference: str, partner: str) -> str:
    return action_path(reference, f"invitations/{quote(partner.strip(), safe='')}/link")


def _table(listed: InvitationList) -> RenderableType:
    if not listed.invitations:
        return Text(f"{listed.reference} has invited nobody yet.")
    grid = Table.grid(padding=(0, 3, 0, 0))
    for one in listed.invitations:
        style = "green" if one.link == "live" else "yellow"
        until = f"until {clock(one.expires_at)}" if one.link == "live" and one.expires_at else ""
        document = f"{listed.reference}/{one.document}"
        grid.add_row(
            document, one.id, one.partner, one.country, Text(named({}, one.link), style=style), until
        )
    return grid
