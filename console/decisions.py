"""Commands that decide about an action."""

from typing import Annotated

import typer

from console.answers import Decided, read
from console.rendering import to_attest
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
from console.words import DECIDED
from models.lifecycle import Decision
from models.vocabulary import ReadingReason

Digest = Annotated[
    str | None,
    typer.Option(metavar="SHA256", help="For scripts: confirm the version with this digest, unasked."),
]

_CONSEQUENCES = {
    Decision.RELEASE: "Release it now? It goes out to its whole audience and cannot be called back.",
    Decision.STOP: "Stop it now? Nothing leaves any more, and it cannot be started again.",
    Decision.CLOSE: "Close it? Reminders and follow-up end, and it cannot be opened again.",
}
_ATTEST_QUESTION = "Do you confirm that facts, consent and these texts are right?"


def attest(
    reference: Reference,
    *,
    digest: Digest = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read facts and texts, and confirm them."""
    with session(api_url, api_key, as_json=as_json) as opened:
        confirmed = digest or _read_and_confirmed(opened, reference, yes=yes)
        answer = opened.client.post(
            action_path(reference, "attestations"), {"digest": confirmed}, repeatable=True
        )
        _tell(opened, Decision.ATTEST, answer)


def release(
    reference: Reference,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Let the document go out now."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _confirm_and_decide(opened, reference, Decision.RELEASE, yes=yes)


def hold(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Pause every channel at once."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, Decision.HOLD)


def resume(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """End the pause."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, Decision.RESUME)


def stop(
    reference: Reference,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """End the action at once: nothing leaves any more."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _confirm_and_decide(opened, reference, Decision.STOP, yes=yes)


def close(
    reference: Reference,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """End the action in order, when it has done its work."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _confirm_and_decide(opened, reference, Decision.CLOSE, yes=yes)


def _read_and_confirmed(opened: Session, reference: str, *, yes: bool) -> str:
    screen = opened.screen
    if not yes:
        screen.require_terminal()
    _, action = opened.action(reference)
    _, private = opened.private(reference, ReadingReason.ATTESTING)
    (screen.messages if screen.as_json else screen.results).print(to_attest(action, private))
    screen.confirm(_ATTEST_QUESTION, yes=yes)
    return action.document.digest


def _confirm_and_decide(opened: Session, reference: str, decision: Decision, *, yes: bool) -> None:
    if not yes:
        opened.screen.require_terminal()
        _, action = opened.action(reference)
        opened.screen.confirm(f"{action.reference}: {action.title}\n{_CONSEQUENCES[decision]}", yes=False)
    _decide(opened, reference, decision)


def _decide(opened: Session, reference: str, decision: Decision) -> None:
    _tell(opened, decision, opened.client.post(action_path(reference, decision)))


def _tell(opened: Session, decision: Decision, answer: str) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    decided = read(Decided, answer)
    count, required = decided.attestations.count, decided.attestations.required
    opened.screen.show(DECIDED[decision].format(reference=decided.reference, count=count, required=required))
    if not decided.workflow_informed:
        opened.screen.say("It is decided and holds. The engine is away and will be told when it is back.")
