"""Commands about mails that came in: a person says whether one is a response of a target."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import typer
from rich.table import Table
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
from console.words import clock, named
from models.response_vocabulary import ResponseKind
from models.vocabulary import ReadingReason

MailId = Annotated[str, typer.Argument(metavar="ID", help="The mail's id, as `inbound list REF` tells it.")]
Kind = Annotated[ResponseKind, typer.Option(help="What kind of response it is.")]
Target = Annotated[
    int | None, typer.Option("--target", metavar="N", min=0, help="Who sent it, where that is not known.")
]


class Mail(Answer):
    """A mail that came in."""

    id: str
    target: int | None = None
    automatic: bool
    received_at: datetime
    state: str


class MailList(Answer):
    """The mails about an action."""

    reference: str
    mails: tuple[Mail, ...]


class OpenedMail(Answer):
    """What a mail says."""

    sender: str
    subject: str
    text: str
    attachments: tuple[str, ...]


def list_mails(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the mails that came in about an action, those that wait first."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "inbound"))
        opened.tell(answer, lambda: _listed(read(MailList, answer)))


def show(
    reference: Reference,
    mail: MailId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read a mail that came in; the audit trail tells that you did."""
    with session(api_url, api_key, as_json=as_json) as opened:
        why = {"why": ReadingReason.COORDINATING.value}
        answer = opened.client.get(_path(reference, mail), why)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(OpenedMail, answer)
        opened.screen.show(Text(told.subject, style="bold"), Text(told.sender), Text(), Text(told.text))
        for name in told.attachments:
            opened.screen.show(Text(f"Attached: {name}"))


def confirm(
    reference: Reference,
    mail: MailId,
    *,
    kind: Kind,
    target: Target = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Say that a mail is a response of a target: it counts as such from now on."""
    with session(api_url, api_key, as_json=as_json) as opened:
        body = {"kind": kind.value, **({} if target is None else {"target": target})}
        answer = opened.client.post(f"{_path(reference, mail)}/confirmed", body)
        read(Mail, answer)
        opened.tell(answer, lambda: "It counts as a response.")


def dismiss(
    reference: Reference,
    mail: MailId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Say that a mail is no response of a target; it stays."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(f"{_path(reference, mail)}/dismissed")
        read(Mail, answer)
        opened.tell(answer, lambda: "It is put aside.")


def _path(reference: str, mail: str) -> str:
    return action_path(reference, f"inbound/{quote(mail.strip(), safe='')}")


def _listed(listed: MailList) -> Table | Text:
    if not listed.mails:
        return Text(f"No mail came in about {listed.reference}.")
    table = Table("mail", "target", "came in", "state", "", box=None)
    for one in listed.mails:
        target = "?" if one.target is None else str(one.target)
        written = "written by a machine" if one.automatic else ""
        table.add_row(one.id, target, clock(one.received_at), named({}, one.state), written)
    return table
