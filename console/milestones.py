"""Commands about days that matter in a case: hearings, anniversaries, ends of measures, pledges."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from console.answers import read
from console.entries import EntryFile
from console.files import read_options
from console.milestone_answers import Milestone, MilestoneList, OpenedMilestone
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
from console.words import clock, named, phrase, span
from models.milestone_file import MilestoneMove, MilestoneNote, MilestoneResult, NewMilestone
from models.milestone_vocabulary import MilestoneKind
from models.strict_model import Model, parse
from models.vocabulary import ReadingReason

Number = Annotated[int, typer.Argument(metavar="N", min=1, help="Its number, as `milestones list` tells it.")]
Kind = Annotated[MilestoneKind | None, typer.Option("--kind", help="What the day is.")]
On = Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day.")]
At = Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="The time, where it is known.")]
Zone = Annotated[
    str | None, typer.Option("--time-zone", metavar="ZONE", help="Where it is, like America/Bogota.")
]
Before = Annotated[
    list[str] | None,
    typer.Option("--remind-before", metavar="DURATION", help="How long before, like P7D; again for more."),
]
After = Annotated[
    list[str] | None,
    typer.Option("--remind-after", metavar="DURATION", help="How long after, like P1D; again for more."),
]

_CLOSED = {"done", "cancelled"}


def add(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    kind: Kind = None,
    on: On = None,
    at: At = None,
    time_zone: Zone = None,
    remind_before: Before = None,
    remind_after: After = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write down a day that matters; its coordinator is reminded before and after.

    What it is stands in the file, as `note`: it is sealed.
    """
    options = {"kind": kind, **_when(on, at, time_zone, remind_before, remind_after)}
    with session(api_url, api_key, as_json=as_json) as opened:
        _post(opened, reference, "", _entry(file, options, NewMilestone))


def move(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    number: Number,
    file: EntryFile = None,
    *,
    on: On = None,
    at: At = None,
    time_zone: Zone = None,
    remind_before: Before = None,
    remind_after: After = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Give it another date; its reminders are planned anew. Why stands in the file, as `note`."""
    options = _when(on, at, time_zone, remind_before, remind_after)
    with session(api_url, api_key, as_json=as_json) as opened:
        _post(opened, reference, f"/{number}/move", _entry(file, options, MilestoneMove))


def _ended_by(word: str, told: str, model: type[Model]) -> Callable[..., None]:
    """Make the command that writes down what became of a day."""

    def command(
        reference: Reference,
        number: Number,
        file: EntryFile = None,
        *,
        api_url: ApiUrl = DEFAULT_API_URL,
        api_key: ApiKey = None,
        as_json: AsJson = False,
    ) -> None:
        with session(api_url, api_key, as_json=as_json) as opened:
            _post(opened, reference, f"/{number}/{word}", _entry(file, {}, model))

    command.__doc__ = told
    return command


held = _ended_by("held", "Say that it took place; you are still asked what came of it.", MilestoneNote)
cancel = _ended_by(
    "cancel", "Say that it will not take place; nobody is reminded of it any more.", MilestoneNote
)
done = _ended_by(
    "done", "Write down what came of it: that stands in the file, as `note`, and is sealed.", MilestoneResult
)


def list_milestones(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the days of a case; what they are is opened by `milestones show`."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "milestones"))
        opened.tell(answer, lambda: _listed(read(MilestoneList, answer)))


def show(
    reference: Reference,
    number: Number,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read what was written of a day of a case; the audit trail tells that you did."""
    with session(api_url, api_key, as_json=as_json) as opened:
        why = {"why": ReadingReason.COORDINATING.value}
        answer = opened.client.get(action_path(reference, f"milestones/{number}"), why)
        opened.tell(answer, lambda: _opened(read(OpenedMilestone, answer)))


def _when(
    on: str | None, at: str | None, time_zone: str | None, before: list[str] | None, after: list[str] | None
) -> dict[str, object]:
    return {
        "on": on,
        "at": at,
        "time_zone": time_zone,
        "remind_before": before or None,
        "remind_after": after or None,
    }


def _entry(file: EntryFile, options: dict[str, object], model: type[Model]) -> dict[str, object]:
    entry = read_options(file, options, lambda tree: parse(model, tree))
    body: dict[str, object] = entry.model_dump(mode="json", exclude_none=True)
    return body


def _post(opened: Session, reference: Reference, path: str, body: dict[str, object]) -> None:
    answer = opened.client.post(action_path(reference, f"milestones{path}"), body)
    opened.tell(answer, lambda: _line(read(Milestone, answer)))


def _listed(listed: MilestoneList) -> RenderableType:
    if not listed.milestones:
        return Text(f"No day of {listed.reference} is written down.")
    return Group(*(one for milestone in listed.milestones for one in _whole(milestone, listed.expires_at)))


def _whole(one: Milestone, expires_at: datetime | None) -> tuple[RenderableType, ...]:
    lines = [_line(one)]
    if one.state not in _CLOSED and expires_at and _is_behind(one, expires_at):
        told = f"  The action expires before, {clock(expires_at)}: nobody is reminded then. Extend it."
        lines.append(Text(told, style="yellow"))
    history = (
        f"{entry.state} {entry.on}{f' {entry.at}' if entry.at else ''}, by {entry.recorded_by},"
        f" {clock(entry.recorded_at)}{', with a note' if entry.has_note else ''}"
        for entry in one.entries
    )
    return (*lines, Padding(Text("\n".join(history)), (0, 0, 0, 2)))


def _line(one: Milestone) -> Text:
    when = f"{one.on} {one.at} ({one.time_zone})" if one.at else f"{one.on}"
    kept = "; a positive response has come since" if one.kept else ""
    before = ", ".join(f"{span(length)} before" for length in one.remind_before)
    after = ", ".join(f"{span(length)} after" for length in one.remind_after)
    reminders = f"; reminders: {', '.join(filter(None, (before, after)))}" if before or after else ""
    told = f"{one.number}  {phrase(one.kind)}, {when}: {named({}, one.state)}{kept}"
    return Text(told if one.state in _CLOSED or one.kept else told + reminders)


def _is_behind(one: Milestone, expires_at: datetime) -> bool:
    begins = datetime.combine(one.on, time.fromisoformat(one.at or "00:00"), ZoneInfo(one.time_zone))
    return begins > expires_at


def _opened(told: OpenedMilestone) -> RenderableType:
    if not told.notes:
        return Text("Nothing more was written down.")
    return Group(*(Text(f"{phrase(one.state)}: {one.note}") for one in told.notes))
