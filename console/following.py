"""Watching an action until it ends: by long polls, through lost connections, until Ctrl-C."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple, Protocol

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from console.answers import Action, Event, Timeline, read
from console.client import ApiClient
from console.errors import UnreachableError
from console.pace import pace
from console.progress import one_line
from console.rendering import standing
from console.session import Session, action_path
from console.words import clock, event_words, next_step
from models.lifecycle import ENDED

LAST_EVENTS = 6
REDRAWS_PER_SECOND = 2
LONGEST_WAIT_SECONDS = 25
LONGEST_PAUSE_SECONDS = 30


class Change(NamedTuple):
    """How an action stands now: its JSON, and what is read of it."""

    text: str
    action: Action


class Display(Protocol):
    """What shows the changes."""

    def show(self, change: Change) -> None:
        """Show how the action stands now."""

    def lost(self, message: str) -> None:
        """Say that the server is away."""


def follow(session: Session, reference: str, first: str | None = None) -> None:
    """Show every change until the action ends or Ctrl-C; `first` is its JSON where that was shown."""
    client, screen = session
    with suppress(KeyboardInterrupt):
        start = first or client.get(action_path(reference))
        if screen.as_json:
            _watch(client, start, _Lines(screen.json, screen.say), shown=first)
        elif screen.results.is_terminal:
            _draw(session, start)
        else:
            _watch(client, start, _Sentences(client, screen.show, screen.say))


def _draw(session: Session, start: str) -> None:
    picture = _Picture(session.client)
    console = session.screen.results
    with Live(get_renderable=picture.draw, console=console, refresh_per_second=REDRAWS_PER_SECOND):
        _watch(session.client, start, picture)


def _watch(client: ApiClient, start: str, display: Display, *, shown: str | None = None) -> None:
    for change in changes(client, start, display.lost):
        if change.text != shown:
            display.show(change)


def changes(client: ApiClient, start: str, lost: Callable[[str], None]) -> Iterator[Change]:
    """Yield how an action stands, at once and after each change, the last time when it has ended.

    Delivery counts change without an event, so polls are short after a change and lengthen in silence.
    """
    change = Change(start, read(Action, start))
    wait, pause = 1, 1
    yield change
    while change.action.phase not in ENDED:
        try:
            following = _next(client, change, wait)
        except UnreachableError as error:
            lost(f"{error} Trying again in {pause} s; Ctrl-C ends this.")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        pause = 1
        wait = 1 if following else min(wait * 2, LONGEST_WAIT_SECONDS)
        if following:
            change = following
            yield change


def _next(client: ApiClient, change: Change, wait: int) -> Change | None:
    path = action_path(change.action.reference)
    text = client.poll(path, seen=change.action.revision, wait=wait)
    return None if text == change.text else Change(text, read(Action, text))


class _Lines:
    """For scripts: the API's JSON, one line a change."""

    def __init__(self, print_json: Callable[[str], None], say: Callable[[str], None]) -> None:
        self._print_json = print_json
        self.lost = say

    def show(self, change: Change) -> None:
        """Print the line."""
        self._print_json(change.text)


class _Sentences:
    """Where there is no terminal: one plain line a change."""

    def __init__(
        self,
        client: ApiClient,
        print_line: Callable[[RenderableType], None],
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._print_line = print_line
        self.lost = say

    def show(self, change: Change) -> None:
        """Print the line."""
        told = [one_line(change.action), pace(self._client, change.action)]
        self._print_line(Text(" · ".join(filter(None, told)), no_wrap=True, overflow="ignore"))


class _Picture:
    """On a terminal: one picture, redrawn in place, also while time passes."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._change: Change | None = None
        self._events: list[Event] = []
        self._loss = ""
        self._pace = ""

    def show(self, change: Change) -> None:
        """Have the change drawn; without news of its events, with those that are known."""
        with suppress(UnreachableError):
            path = action_path(change.action.reference, "timeline")
            self._events = read(Timeline, self._client.get(path)).events
        self._pace = pace(self._client, change.action)
        self._change, self._loss = change, ""

    def lost(self, message: str) -> None:
        """Have the loss drawn below what is known."""
        self._loss = message

    def draw(self) -> RenderableType:
        """Draw how things stand."""
        if self._change is None:
            return Text("…", style="dim")
        action, events = self._change.action, self._events
        parts: list[RenderableType] = [standing(action, events), Text()]
        parts += [_event_line(event) for event in events[-LAST_EVENTS:]]
        parts += [Text(), Text(self._pace)] if self._pace else []
        step = next_step(action)
        parts += [Text(), Text(step, style="bold")] if step else []
        parts += [Text(self._loss, style="bold yellow")] if self._loss else []
        return Group(*parts)


def _event_line(event: Event) -> Text:
    return Text.assemble((f"{clock(event.at):>12}  ", "dim"), event_words(event))
