"""Commands about what partners did themselves."""

from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.answers import Answer, Note, read
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import named
from models.vocabulary import ReadingReason

Notes = Annotated[
    bool, typer.Option("--notes", help="Open what partners wrote, too: the audit trail tells it.")
]
_WITHHELD = "(name withheld)"


class Done(Answer):
    """What a partner did."""

    id: str
    partner_name: str | None = None
    kind: str
    target: int
    office: str
    on: date
    withdrawn_at: datetime | None = None


class TallyText(Answer):
    """The tally in words."""

    headline: str
    body: str


class Tally(Answer):
    """How many organisations did what."""

    organisations: dict[str, int]
    texts: dict[str, TallyText]


class PartnerActions(Answer):
    """What partners did, and how much that is."""

    reference: str
    actions: tuple[Done, ...]
    tally: Tally


class NoteList(Answer):
    """What partners wrote of what they did."""

    actions: tuple[Note, ...]


def partner_actions(
    reference: Reference,
    *,
    notes: Notes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List what partners did, and the tally in words, to be put into the next text: without names."""
    with session(api_url, api_key, as_json=as_json) as opened:
        path = action_path(reference, "partner-actions")
        answer = opened.client.get(path)
        written: dict[str, str] = {}
        if notes:
            found = opened.client.get(f"{path}/notes", {"why": ReadingReason.COORDINATING.value})
            written = {one.id: one.note for one in read(NoteList, found).actions}
        opened.tell(answer, lambda: _shown(read(PartnerActions, answer), written))


def _shown(listed: PartnerActions, written: dict[str, str]) -> Group | Text:
    if not listed.actions:
        return Text(f"No partner has reported that it did something for {listed.reference}.")
    table = Table("day", "partner", "did", "target", "office", "note", box=None)
    for one in listed.actions:
        did = named({}, one.kind) + (", taken back" if one.withdrawn_at else "")
        who = Text(one.partner_name or _WITHHELD)
        note = Text(written.get(one.id, ""))
        table.add_row(str(one.on), who, did, str(one.target), Text(one.office), note)
    texts = [
        Text(f"\n[{language}] {said.headline}\n{said.body}") for language, said in listed.tally.texts.items()
    ]
    hint = "\nFor the next text, if you wish: copy it there, where it is read and approved with the rest."
    return Group(table, *([Text(hint), *texts] if texts else ()))
