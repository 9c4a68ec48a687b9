"""The command for closing reports: as a file for partners and funders, or on the screen."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from console.answers import Answer, read
from console.client import PDF
from console.errors import BadInputError
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, Reference, action_path, session
from console.words import CHANNELS, counts_words, named, phrase

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Where to; its name ends in .pdf or .html.")
]
InLanguage = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="By default the first of the case.")
]

_MEDIA_TYPES: Final = {".pdf": PDF, ".html": "text/html"}


class Moment(Answer):
    """One point of the timeline."""

    milestone: str
    on: date
    number: int | None


class Responded(Answer):
    """What offices of a kind answered."""

    kind: str
    asked: int
    kinds: dict[str, int]


class Report(Answer):
    """What partners and funders may know of an action."""

    ending: str
    timeline: tuple[Moment, ...]
    signatures: dict[str, int]
    organisations: int
    unnamed_at_least: int
    deliveries: dict[str, dict[str, int]]
    responses: tuple[Responded, ...]
    partner_actions: dict[str, int]
    impacts: tuple[str, ...]


def report(
    reference: Reference,
    *,
    out: Out = None,
    language: InLanguage = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Tell what partners and funders may know of an action: no names, no private data."""
    with session(api_url, api_key, as_json=as_json) as opened:
        if out is not None:
            kind = _MEDIA_TYPES.get(out.suffix.lower())
            if kind is None:
                raise BadInputError("--out must end in .pdf or .html.")
            parameters = {"language": language} if language else None
            path = action_path(reference, f"report{out.suffix.lower()}")
            _write(out, opened.client.fetch(path, parameters, kinds=(kind,)))
        if out is not None and not as_json:
            opened.screen.show(Text(str(out), no_wrap=True, overflow="ignore"))
            return
        answer = opened.client.get(action_path(reference, "report"))
        opened.tell(answer, lambda: _table(read(Report, answer)))


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError:
        raise BadInputError(f"{out} cannot be written: name another file with --out.") from None


def _table(told: Report) -> Table:
    table = Table("", "", box=None, show_header=False)
    for one in told.timeline:
        number = f" {one.number}" if one.number is not None else ""
        table.add_row(str(one.on), f"{phrase(one.milestone)}{number}")
    for country, count in told.signatures.items():
        table.add_row(f"Signed, {country}", str(count))
    table.add_row("Organisations", str(told.organisations))
    if told.unnamed_at_least:
        table.add_row("Not named, at least", str(told.unnamed_at_least))
    for channel, states in told.deliveries.items():
        table.add_row(named(CHANNELS, channel), counts_words(states))
    for responded in told.responses:
        answers = counts_words(responded.kinds)
        table.add_row(f"{phrase(responded.kind)}, {responded.asked} written to", answers)
    for kind, organisations in told.partner_actions.items():
        table.add_row(f"Organisations that {phrase(kind).lower()}", str(organisations))
    if told.impacts:
        table.add_row("What became of people", ", ".join(phrase(one).lower() for one in told.impacts))
    table.add_row("Ending", phrase(told.ending))
    return table
