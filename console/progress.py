"""How far an action is: its phases as steps, its sign-on and its messages as bars."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from console.answers import Action, Dispatch, Event, SignOn
from console.purposes import PURPOSES
from console.words import CHANNELS, COMMAND, clock, named, phrase, span
from models.lifecycle import ENDED, Phase
from models.messages import DeliveryState
from models.vocabulary import Channel

BAR_WIDTH = 20
MAIN_ROAD = (
    Phase.RECEIVED,
    Phase.VERIFYING,
    Phase.SIGNING,
    Phase.RELEASING,
    Phase.FOLLOWING_UP,
    Phase.CLOSED,
)
_UNDER_WAY = (DeliveryState.READY, DeliveryState.SENDING)
_TROUBLE = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


class Step(NamedTuple):
    """One phase on the way of an action; `reached` is None while it lies ahead."""

    phase: str
    reached: datetime | None
    current: bool


class Group(NamedTuple):
    """All deliveries of one purpose on one channel."""

    purpose: str
    channel: str
    states: Counter[str]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.states.total()

    @property
    def done(self) -> int:
        """How many came to an end, good or bad."""
        return self.total - sum(self.states[state] for state in _UNDER_WAY)

    @property
    def trouble(self) -> str:
        """Which of them somebody must look at, in words."""
        return ", ".join(f"{self.states[state]} {state}" for state in _TROUBLE if self.states[state])


def steps(action: Action, events: Iterable[Event]) -> list[Step]:
    """List the phases behind and ahead; of an ended action only those behind."""
    reached: dict[str, datetime] = {Phase.RECEIVED: action.created_at}
    for event in events:
        phase = event.detail.get("phase")
        if event.kind == "phase_changed" and isinstance(phase, str):
            reached[phase] = event.at
        if event.kind in {"stopped", "withdrawn"}:
            reached[Phase.STOPPED] = event.at
        if event.kind == "reopened":
            reached = {Phase.RECEIVED: action.created_at, Phase.VERIFYING: event.at}
    road: list[str] = [phase for phase in MAIN_ROAD if phase in reached or _lies_ahead(phase, action)]
    if action.phase not in road:
        road.append(action.phase)
    return [Step(phase, reached.get(phase), phase == action.phase) for phase in road]


def _lies_ahead(phase: Phase, action: Action) -> bool:
    if action.phase == phase:
        return True
    return action.phase not in ENDED and (phase is not Phase.SIGNING or action.sign_on is not None)


def step_line(action: Action, events: Iterable[Event]) -> RenderableType:
    """Draw the steps, each with its time below."""
    way = steps(action, events)
    grid = Table.grid(*([""] * len(way)), padding=(0, 2, 0, 0))
    grid.add_row(*(_step_name(step) for step in way))
    grid.add_row(*(Text(f"  {clock(step.reached)}" if step.reached else "", style="dim") for step in way))
    return grid


def _step_name(step: Step) -> Text:
    name = phrase(step.phase)
    if step.current:
        ended_early = step.phase in {Phase.STOPPED, Phase.REJECTED, Phase.RETURNED}
        return Text(f"◉ {name}", style="bold red" if ended_early else "bold cyan")
    return Text(f"● {name}", style="green") if step.reached else Text(f"○ {name}", style="dim")


def groups(dispatches: Iterable[Dispatch]) -> list[Group]:
    """Add up dispatches by purpose and channel, in the order in which they began."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for dispatch in dispatches:
        for channel, states in dispatch.channels.items():
            found.setdefault((dispatch.purpose, channel), Counter()).update(states)
    return [Group(purpose, channel, states) for (purpose, channel), states in found.items()]


def paper_words(action: Action) -> str | None:
    """Tell that letters wait for a person: no machine sends them, also once an action has ended."""
    waiting = sum(
        group.total - group.done for group in groups(action.dispatches) if group.channel == Channel.LETTER
    )
    if not waiting:
        return None
    letters = "One letter waits" if waiting == 1 else f"{waiting} letters wait"
    return f"{letters} to be printed and posted:\n  {COMMAND} letters {action.reference}"


def bars(action: Action) -> RenderableType:
    """Draw the sign-on, and one bar for the messages of each purpose and channel."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    if action.sign_on and action.sign_on.opened_at:
        sign_on = action.sign_on
        grid.add_row(
            "Signed",
            f"{sign_on.invited} invited",
            _bar(sign_on.signed, sign_on.quorum),
            f"{sign_on.signed} of {sign_on.quorum}",
            Text(sign_on_words(sign_on)),
        )
    for group in groups(action.dispatches):
        grid.add_row(
            named(PURPOSES, group.purpose),
            named(CHANNELS, group.channel),
            _bar(group.done, group.total),
            f"{group.done} of {group.total}",
            Text(group.trouble, style="red"),
        )
    return grid


def _bar(done: int, total: int) -> ProgressBar:
    return ProgressBar(total=max(total, 1), completed=done if total else 1, width=BAR_WIDTH)


def sign_on_words(sign_on: SignOn) -> str:
    """Tell how long the window stays open, and how many answered otherwise."""
    told = []
    if sign_on.ended_at:
        told.append(f"closed {clock(sign_on.ended_at)}")
    elif sign_on.closes_at:
        told.append(f"{span(sign_on.closes_at - datetime.now(UTC))} left")
    if sign_on.organisations > sign_on.signed:
        told.append(f"{sign_on.organisations} organisations with the members of collectives")
    if sign_on.declined:
        told.append(f"{sign_on.declined} declined")
    if sign_on.withdrawn:
        told.append(f"{sign_on.withdrawn} took it back")
    if sign_on.signed_earlier:
        told.append(f"{sign_on.signed_earlier} signed an earlier text")
    return " · ".join(told)


def one_line(action: Action) -> str:
    """Tell how an action stands in one line."""
    told = [f"{action.reference} {named({}, action.phase)}"]
    if action.on_hold:
        told.append("on hold")
    if action.phase in {Phase.RECEIVED, Phase.VERIFYING}:
        told.append(f"attested {action.attestations.count} of {action.attestations.required}")
    if action.sign_on and action.sign_on.opened_at:
        told.append(f"signed {action.sign_on.signed} of {action.sign_on.quorum}")
    for group in groups(action.dispatches):
        line = f"{named(PURPOSES, group.purpose).lower()} by {named(CHANNELS, group.channel)}"
        trouble = f" ({group.trouble})" if group.trouble else ""
        told.append(f"{line} {group.done} of {group.total}{trouble}")
    return " · ".join(told)
