"""The command that tells what waits for a coordinator."""

from datetime import date

from rich.console import Group, RenderableType
from rich.text import Text

from console.answers import Answer, read
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, session
from console.words import phrase


class Waiting(Answer):
    """What of an action waits for somebody."""

    check_ins: int
    proposals: int
    mails: int
    in_doubt: int
    late_replies: int
    milestones_past: int
    milestones_soon: int
    expires_on: date | None = None


class DigestCase(Answer):
    """An action."""

    reference: str
    phase: str
    on_hold: bool
    waiting: Waiting | None = None


class Digest(Answer):
    """All that a coordinator has to look after."""

    cases: tuple[DigestCase, ...]


def digest(*, api_url: ApiUrl = DEFAULT_API_URL, api_key: ApiKey = None, as_json: AsJson = False) -> None:
    """Tell what is open, late and due in all your actions."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/digest")
        opened.tell(answer, lambda: _told(read(Digest, answer)))


def _told(told: Digest) -> RenderableType:
    if not told.cases:
        return Text("No action of yours is open.")
    return Group(*map(_line, told.cases))


def _line(case: DigestCase) -> Text:
    state = "On hold" if case.on_hold else phrase(case.phase)
    first = Text(f"{case.reference}  {state}")
    listed = _waits(case.waiting) if case.waiting else []
    return first.append(f": {'; '.join(listed)}", style="yellow") if listed else first


def _waits(waiting: Waiting) -> list[str]:
    counts = {
        "check-ins not answered": waiting.check_ins,
        "late replies": waiting.late_replies,
        "proposed steps to decide": waiting.proposals,
        "mails to look at": waiting.mails,
        "messages in doubt": waiting.in_doubt,
        "days passed without a word": waiting.milestones_past,
        "days in the next two weeks": waiting.milestones_soon,
    }
    told = [f"{words}: {count}" for words, count in counts.items() if count]
    return [*told, f"expires {waiting.expires_on}"] if waiting.expires_on else told
