"""The command that tells figures over all actions."""

from rich.table import Table
from rich.text import Text

from console.answers import Answer, read
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, session
from console.words import phrase


class Span(Answer):
    """Hours from event to release."""

    actions: int
    median_hours: float | None
    shortest_hours: float | None
    longest_hours: float | None


class SignOn(Answer):
    """How many invitations led to a signature."""

    documents: int
    invited: int
    signed: int | None
    rate: float | None


class Responses(Answer):
    """How many offices of a kind answered."""

    kind: str
    asked: int
    answered: int | None
    rate: float | None


class Outcomes(Answer):
    """How actions ended, what became of people, or what organisations did."""

    counts: dict[str, int]
    others: int


class Stats(Answer):
    """Figures over all actions."""

    fewest: int
    actions: int
    released: int
    event_to_release: Span
    sign_on: SignOn
    responses: tuple[Responses, ...]
    partner_actions: Outcomes
    outcomes: Outcomes
    impacts: Outcomes


def stats(
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Tell figures over all actions: times, sign-on, responses, outcomes. Nothing of a single one."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/stats")
        if as_json:
            opened.screen.json(answer)
        else:
            told = read(Stats, answer)
            opened.screen.show(_table(told))
            opened.screen.show(Text(f"A dash: fewer than {told.fewest}, which would tell of a single case."))


def _table(told: Stats) -> Table:
    table = Table("", "", box=None, show_header=False)
    span, signing = told.event_to_release, told.sign_on
    table.add_row("Actions", str(told.actions))
    table.add_row("Released", str(told.released))
    table.add_row("From event to release, median", hours(span.median_hours))
    table.add_row("  range", f"{hours(span.shortest_hours)} to {hours(span.longest_hours)}")
    table.add_row("Invitations signed", share(signing.signed, signing.invited, signing.rate))
    for one in told.responses:
        table.add_row(f"Responses, {phrase(one.kind).lower()}", share(one.answered, one.asked, one.rate))
    counts = (
        ("Partners' actions", told.partner_actions),
        ("Actions", told.outcomes),
        ("People, impact", told.impacts),
    )
    for title, counted in counts:
        for name, count in counted.counts.items():
            table.add_row(f"{title}: {phrase(name).lower()}", str(count))
        if counted.others:
            table.add_row(f"{title}: other", str(counted.others))
    return table


_LONG = 72
"""Hours from which on days are told."""


def hours(value: float | None) -> str:
    """Tell hours, or days where it is long."""
    if value is None:
        return "-"
    return f"{value:.1f} h" if value < _LONG else f"{value / 24:.1f} d"


def share(part: int | None, whole: int, rate: float | None) -> str:
    """Tell how many of how many, and that in percent."""
    return f"- of {whole}" if part is None or rate is None else f"{part} of {whole} ({rate:.0%})"
