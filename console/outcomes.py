"""Commands about what became of the people at risk."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from console.answers import Answer, Note, read
from console.entries import EntryFile, PersonOption
from console.files import read_options
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
from models.outcome_file import Impact, OutcomeEntry
from models.strict_model import parse
from models.vocabulary import ReadingReason

OfImpact = Annotated[Impact | None, typer.Option("--impact", help="How her situation changed.")]
On = Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day of it.")]
Notes = Annotated[bool, typer.Option("--notes", help="Open what was written, too: the audit trail tells it.")]


class Outcome(Answer):
    """What was written down of a person."""

    id: str
    person: int
    display_name: str | None = None
    impact: str
    on: date
    counts: bool


class Outcomes(Answer):
    """What became of an action's people."""

    reference: str
    outcomes: tuple[Outcome, ...]


class NoteList(Answer):
    """What is sealed of an action's outcomes."""

    outcomes: tuple[Note, ...]


def outcome(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    person: PersonOption,
    impact: OfImpact = None,
    on: On = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write down what became of a person at risk, for better or worse.

    What happened stands in the file, as `note`: it is sealed.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        options = {"impact": impact, "on": on}
        entry = read_options(file, options, lambda tree: parse(OutcomeEntry, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, f"people/{person}/outcome"), body)
        told = read(Outcome, answer)
        opened.tell(answer, lambda: Text(f"Person {told.person}: {named({}, told.impact)}, since {told.on}."))


def outcomes(
    reference: Reference,
    *,
    notes: Notes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List what became of the people at risk; what is crossed out gave way to what is known since."""
    with session(api_url, api_key, as_json=as_json) as opened:
        path = action_path(reference, "outcomes")
        answer = opened.client.get(path)
        written = {}
        if notes:
            why = {"why": ReadingReason.COORDINATING.value}
            found = opened.client.get(f"{path}/notes", why)
            written = {one.id: one.note for one in read(NoteList, found).outcomes}
        opened.tell(answer, lambda: _table(read(Outcomes, answer), written))


def _table(listed: Outcomes, written: dict[str, str]) -> Table:
    table = Table("person", "shown as", "impact", "since", "note", box=None)
    for one in listed.outcomes:
        table.add_row(
            str(one.person),
            Text(one.display_name or ""),
            named({}, one.impact),
            str(one.on),
            Text(written.get(one.id, "")),
            style="" if one.counts else "strike",
        )
    return table
