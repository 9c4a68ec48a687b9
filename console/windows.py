"""Commands about the sign-on window of a document."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.answers import read
from console.documents import Number
from console.errors import BadInputError
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
from console.sign_on_answers import Invited, Window
from console.words import clock

Moment = Annotated[
    str,
    typer.Option(
        "--until",
        metavar="YYYY-MM-DDTHH:MM",
        help="When it closes, in this machine's time zone unless an offset such as -06:00 follows.",
    ),
]
PartnerId = Annotated[
    str, typer.Option("--partner", metavar="ID", help="Its id, as in your file of partners.")
]

_END = (
    "End the window now? Nobody can sign any more, and unless it is released by hand, the document goes out."
)


def show(
    reference: Reference,
    number: Number,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show until when partners may sign, how many answered, and which were not reached."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _tell(opened, opened.client.get(_path(reference, number)))


def extend(
    reference: Reference,
    number: Number,
    *,
    until: Moment,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have the window close later. Reminders stay as they were counted from its opening."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _move(opened, reference, number, _moment(until), later=True)


def shorten(
    reference: Reference,
    number: Number,
    *,
    until: Moment,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have the window close sooner."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _move(opened, reference, number, _moment(until), later=False)


def end(
    reference: Reference,
    number: Number,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """End the window now."""
    with session(api_url, api_key, as_json=as_json) as opened:
        opened.screen.confirm(_END, yes=yes)
        _tell(opened, opened.client.post(_path(reference, number, "/end")))


def invite(
    reference: Reference,
    number: Number,
    *,
    partner: PartnerId,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have one more partner asked while the window is open; one that nothing reached is asked again."""
    with session(api_url, api_key, as_json=as_json) as opened:
        path = _path(reference, number, "/invitations")
        answer = opened.client.post(path, {"partner": partner}, repeatable=True)
        if as_json:
            opened.screen.json(answer)
            return
        invited = read(Invited, answer)
        asked = "is asked to sign" if invited.is_new else "was invited before, and is asked again if need be"
        opened.screen.show(f"{invited.index}: {invited.partner} {asked}.")


def _path(reference: str, number: int, part: str = "") -> str:
    return action_path(reference, f"documents/{number}/sign-on{part}")


def _moment(text: str) -> datetime:
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInputError(
            "--until must be a moment, like 2026-12-04T18:00 or 2026-12-04T18:00-06:00."
        ) from None
    return written.astimezone(UTC)


def _move(opened: Session, reference: str, number: int, moment: datetime, *, later: bool) -> None:
    window = read(Window, opened.client.get(_path(reference, number)))
    if window.closes_at and (moment > window.closes_at) is not later:
        command, direction = ("shorten", "later") if later else ("extend", "sooner")
        raise BadInputError(
            f"That is not {direction} than {clock(window.closes_at)}, when it closes now."
            f" Use {command} for the other direction."
        )
    _tell(opened, opened.client.patch(_path(reference, number), {"closes_at": moment.isoformat()}))


def _tell(opened: Session, answer: str) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    window = read(Window, answer)
    counts = f"{window.signed} signed, {window.answered} of {window.invited} answered"
    opened.screen.show(f"{window.index}: {_when(window)}; {counts}.")
    for one in window.not_reached:
        asked = "nobody of it is left to be asked" if one.lost else "its next contact is asked"
        opened.screen.show(f"Not reached: {one.partner} ({one.country}); {asked}.")


def _when(window: Window) -> str:
    if window.ended_at:
        return f"the window closed {clock(window.ended_at)}"
    return (
        f"partners may sign until {clock(window.closes_at)}" if window.closes_at else "nobody was asked yet"
    )
