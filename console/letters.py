"""Commands for letters to targets: which wait, writing them to files, and saying when they were posted."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from console.answers import Answer, read
from console.errors import BadInputError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    action_path,
    session,
)
from console.words import CHANNELS, clock, named
from models.messages import DeliveryState
from models.vocabulary import Channel

Number = Annotated[int, typer.Option("--document", metavar="N", min=1, help="Which document.")]
Target = Annotated[int, typer.Argument(metavar="TARGET", min=0, help="As `letters REF` tells it.")]
Targets = Annotated[
    list[int] | None,
    typer.Option("--target", metavar="TARGET", help="Which; by default all that wait for the post."),
]
Folder = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Write the letters there.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day; today where it is not given.")
]

_OPEN = {DeliveryState.READY.value, DeliveryState.SENDING.value}


class Letter(Answer):
    """The letter to a target."""

    target: int
    office: str
    language: str
    channel: str
    state: str
    printed_at: datetime | None
    posted_on: date | None


class Letters(Answer):
    """The letters of a document."""

    letters: tuple[Letter, ...]


def letters(
    reference: Reference,
    *,
    number: Number = 1,
    target: Targets = None,
    out: Folder = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the targets of a document and their letters; with --out, write the letters to files.

    The audit trail tells each letter that is written. Afterwards say when it was posted: posted REF TARGET.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(_path(reference, number))
        listed = read(Letters, answer).letters
        if out is not None:
            waiting = [one.target for one in listed if one.channel == Channel.LETTER and one.state in _OPEN]
            _print(opened, _path(reference, number), target or waiting, out)
        elif as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show(_table(listed))


def posted(
    reference: Reference,
    target: Target,
    *,
    number: Number = 1,
    on: On = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Say that a printed letter was posted."""
    day = on.date() if on else datetime.now().astimezone().date()
    with session(api_url, api_key, as_json=as_json) as opened:
        path = f"{_path(reference, number)}/{target}/posted"
        answer = opened.client.post(path, {"on": day.isoformat()}, repeatable=True)
        if as_json:
            opened.screen.json(answer)
        else:
            letter = read(Letter, answer)
            opened.screen.show(Text(f"{letter.office}: posted on {letter.posted_on}."))


def _print(opened: Session, path: str, targets: Sequence[int], folder: Path) -> None:
    for target in targets:
        pdf = opened.client.fetch(f"{path}/{target}.pdf")
        file = folder / f"{path.split('/')[2]}-{path.split('/')[4]}-{target}.pdf"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pdf)
        except OSError:
            raise BadInputError(f"{file} cannot be written: name another folder with --out.") from None
        opened.screen.show(Text(str(file), no_wrap=True, overflow="ignore"))
    if not targets:
        opened.screen.show(Text("No letter waits; to write another one: --target TARGET."))


def _path(reference: str, number: int) -> str:
    return action_path(reference, f"documents/{number}/letters")


def _table(letters: Sequence[Letter]) -> Table:
    table = Table("target", "office", "goes by", "state", "printed", "posted", box=None)
    for one in letters:
        printed = clock(one.printed_at) if one.printed_at and one.channel == Channel.LETTER else ""
        posted = str(one.posted_on or "")
        table.add_row(
            str(one.target), one.office, named(CHANNELS, one.channel), named({}, one.state), printed, posted
        )
    return table
