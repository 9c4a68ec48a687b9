"""How fast the messages of an action go out, and how long the rest takes."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from console.answers import Action, Answer, read
from console.client import ApiClient
from console.errors import ConsoleError
from console.progress import groups
from console.session import action_path
from console.words import CHANNELS, named, span


class _Channel(Answer):
    waiting: int
    per_second: float
    time_left: timedelta | None = None


class _Summary(Answer):
    channels: dict[str, _Channel]


def pace(client: ApiClient, action: Action) -> str:
    """Tell the pace of each channel that has messages on their way; nothing where the API does not tell."""
    if not any(group.done < group.total for group in groups(action.dispatches)):
        return ""
    with suppress(ConsoleError):
        answer = client.get(action_path(action.reference, "deliveries"), {"summary": "true"})
        return " · ".join(_told(read(_Summary, answer)))
    return ""


def _told(summary: _Summary) -> Iterator[str]:
    for channel, how in summary.channels.items():
        if how.time_left is not None:
            name = named(CHANNELS, channel)
            yield f"{name} {how.per_second:g} a second, about {span(how.time_left)} left"
