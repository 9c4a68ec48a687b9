"""What the demo tells: each change in plain words, and at the end a table of what went where."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

Say = Callable[[str], None]

_PHASES = {
    "verifying": "Two verifiers are asked by mails that say nothing of it; without them nothing goes out.",
    "signing": "The case is confirmed. Partners are invited to sign, each by a link of her own.",
    "releasing": "The statement goes to authorities, embassy, press, members and signatories.",
    "following_up": "It is out. From now on the engine asks the coordinator for news.",
    "closed": "The action is closed. (A real one lives for weeks or years; its timers are the same.)",
    "stopped": "The action was stopped.",
}

_PURPOSE_PHASES = {
    "verification": "verifying",
    "verification_reminder": "verifying",
    "verification_alarm": "verifying",
    "invitation": "signing",
    "sign_on_reminder": "signing",
    "answer_receipt": "signing",
    "rehearsal": "signing",
    "statement": "releasing",
    "check_in": "following_up",
    "reply_overdue": "following_up",
    "reply_reminder": "following_up",
}


class Story:
    """Tells the changes between one look at the action and the next."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._phase = "received"
        self._signed = 0
        self._told: set[tuple[str, int]] = set()

    def tell(self, action: dict[str, Any]) -> None:
        """Say what is new in an action as `starter.py follow --json` prints it."""
        if action["phase"] != self._phase:
            self._phase = action["phase"]
            self._say(f"[bold]{self._phase}[/bold]: {_PHASES[self._phase]}")
        sign_on = action["sign_on"]
        if sign_on and sign_on["signed"] > self._signed:
            self._signed = sign_on["signed"]
            self._say(
                f"{_bar(self._signed, sign_on['quorum'])} {self._signed} of {sign_on['quorum']} signatures"
            )
        for dispatch in action["dispatches"]:
            if dispatch["purpose"] != "rehearsal":  # nobody gets any of it
                self._tell_dispatch(dispatch)

    def _tell_dispatch(self, dispatch: dict[str, Any]) -> None:
        key = (dispatch["purpose"], dispatch["round"])
        counts = {channel: Counter(states) for channel, states in dispatch["channels"].items()}
        under_way = sum(states["ready"] + states["sending"] for states in counts.values())
        if key in self._told or under_way:
            return
        self._told.add(key)
        name = dispatch["purpose"].replace("_", " ")
        sent = ", ".join(f"{states['sent']} by {channel}" for channel, states in sorted(counts.items()))
        self._say(f"{_bar(1, 1)} {name} {dispatch['round']}: {sent or 'nobody left to ask'}")


def audience_in_words(preview: dict[str, Any]) -> str:
    """Say whom a release would go to, as `starter.py preview --json` prints it."""
    channels: Counter[str] = Counter()
    for group in preview["groups"]:
        channels[group["channel"]] += group["count"]
    counted = ", ".join(f"{count} by {channel}" for channel, count in sorted(channels.items()))
    return f"as things are, the release goes to {preview['total']} recipients, {counted}"


def rehearsal_in_words(rehearsal: dict[str, Any]) -> Iterator[str]:
    """Say what a rehearsal made, as `starter.py rehearse --json` prints it."""
    messages = rehearsal["messages"]
    yield (
        f"She rehearses it with `starter.py rehearse`: {len(messages)} messages are made just as they will "
        "leave, one of each kind, and nobody gets any. Such as:"
    )
    for channel in ("email", "sms"):
        message = next(one for one in messages if one["channel"] == channel)
        reader, text = message["recipient"], message["subject"] or message["text"]
        yield f"  {channel} to a {reader}, in {message['language']}: [italic]{escape(text)}[/italic]"


def closing_table(events: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> Table:
    """Make the table of phases: when, how long, and how many messages went by which channel."""
    table = Table(title="What happened", title_justify="left")
    for heading in ("phase", "when (UTC)", "how long", "messages sent"):
        table.add_column(heading)
    moves = [(event["detail"]["phase"], event["at"]) for event in events if event["kind"] == "phase_changed"]
    moves.insert(0, ("received", events[0]["at"]))
    ends = [at for _, at in moves[1:]]
    for (phase, since), until in zip(moves, [*ends, None], strict=True):
        table.add_row(phase, _clock(since), _lasted(since, until), _sent(phase, deliveries))
    return table


def where_to_look(data: Path, reference: str) -> Table:
    """Make the table of places where everything of the demo can be looked at."""
    table = Table(title="Where to look", title_justify="left", show_header=False)
    table.add_row("the mails as they arrived", f"{data / 'mailbox'}/*.eml")
    table.add_row("texts and webhooks received", f"{data / 'providers'}/*.jsonl")
    table.add_row("anchors of the audit trail", f"{data / 'audit'}/anchors.jsonl")
    table.add_row("the logs, without personal data", f"{data / 'logs'}/")
    table.add_row("all of it, running again", f"ACUERPA_LOCAL_DATA={data} make up")
    table.add_row(
        f"then {reference} itself", "in the Temporal UI, the mailbox and the API that `make up` prints"
    )
    return table


def _bar(done: int, whole: int, width: int = 10) -> str:
    filled = min(width, width * done // whole)
    return f"[green]{'━' * filled}[/green][dim]{'━' * (width - filled)}[/dim]"


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%H:%M:%S")


def _lasted(since: str, until: str | None) -> str:
    if until is None:
        return ""
    seconds = (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
    return f"{seconds:.1f} s"


def _sent(phase: str, deliveries: list[dict[str, Any]]) -> str:
    channels = Counter(
        delivery["channel"]
        for delivery in deliveries
        if delivery["state"] == "sent" and _PURPOSE_PHASES[delivery["purpose"]] == phase
    )
    return ", ".join(f"{count} by {channel}" for channel, count in sorted(channels.items()))
