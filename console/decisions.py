"""Commands that decide about an action."""

from pathlib import Path
from typing import Annotated

import typer

from console.answers import Decided, read
from console.errors import BadInputError
from console.files import read_text
from console.rehearsals import counted
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
from console.words import DECIDED, unreachable_words
from models.lifecycle import Decision
from models.vocabulary import ReadingReason

Digest = Annotated[
    str | None,
    typer.Option(metavar="SHA256", help="For scripts: confirm the version with this digest, unasked."),
]

ConsentRevision = Annotated[
    int,
    typer.Option(metavar="N", min=1, help="With --digest: the consent_revision of the action that was read."),
]

Recipients = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="For scripts: how many it goes to; needed where they are many."),
]

ReasonFile = Annotated[
    Path | None,
    typer.Option(
        "--reason-file",
        metavar="FILE",
        help="The reason, in a file; it is asked for otherwise, so that no list of commands holds it.",
    ),
]

_TELLING = "Those whom something reached are told in a notice, once somebody else has approved that."
_CONSEQUENCES = {
    Decision.RELEASE: "Release it now? It goes out to its whole audience and cannot be called back.",
    Decision.STOP: f"Stop it now? Nothing of it leaves any more, and it cannot be started again. {_TELLING}",
    Decision.WITHDRAW: (
        "Withdraw it now? Nothing of it leaves any more, every consent is revoked, and it cannot be started"
        f" again. {_TELLING}"
    ),
    Decision.REJECT: "Reject it? It will not go out, and cannot be taken up again.",
    Decision.CLOSE: "Close it? Reminders and follow-up end. It can only be reopened with a new document.",
}
_ATTEST_QUESTION = "Do you confirm that facts, consent and these texts are right?"


def attest(
    reference: Reference,
    *,
    digest: Digest = None,
    consent_revision: ConsentRevision = 1,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read facts and texts, and confirm them."""
    with session(api_url, api_key, as_json=as_json) as opened:
        confirmed = (
            {"digest": digest, "consent_revision": consent_revision}
            if digest
            else _read_and_confirmed(opened, reference, yes=yes)
        )
        answer = opened.client.post(action_path(reference, "attestations"), confirmed, repeatable=True)
        tell(opened, Decision.ATTEST, answer)


def send_back(
    reference: Reference,
    *,
    reason_file: ReasonFile = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Return a case that lacks something; its coordinator completes it, and it goes on."""
    with session(api_url, api_key, as_json=as_json) as opened:
        reason = _reason(opened, reason_file, "What is missing?")
        _decide(opened, reference, Decision.RETURN, {"reason": reason})


def reject(
    reference: Reference,
    *,
    reason_file: ReasonFile = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Reject a case: it will not go out."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _confirm(opened, reference, Decision.REJECT, yes=yes)
        reason = _reason(opened, reason_file, "Why?")
        _decide(opened, reference, Decision.REJECT, {"reason": reason})


def complete(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Hand a returned case in again, when what was missing is there."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, Decision.COMPLETE)


def release(
    reference: Reference,
    *,
    recipients: Recipients = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Let the document go out now; to very many only where their number is typed in."""
    with session(api_url, api_key, as_json=as_json) as opened:
        if recipients is None and not yes:
            recipients = _typed_number(opened, reference)
        _confirm(opened, reference, Decision.RELEASE, yes=yes)
        _decide(opened, reference, Decision.RELEASE, {"recipients": recipients})


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


def withdraw(
    reference: Reference,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """End the action at once because those concerned took back their consent."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _confirm_and_decide(opened, reference, Decision.WITHDRAW, yes=yes)


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


def _read_and_confirmed(opened: Session, reference: str, *, yes: bool) -> dict[str, object]:
    screen = opened.screen
    if not yes:
        screen.require_terminal()
    _, action = opened.action(reference)
    _, private = opened.private(reference, ReadingReason.ATTESTING)
    (screen.messages if screen.as_json else screen.results).print(to_attest(action, private))
    screen.confirm(_ATTEST_QUESTION, yes=yes)
    return {"digest": action.document.digest, "consent_revision": action.consent_revision}


def _reason(opened: Session, file: Path | None, question: str) -> str:
    if file is None:
        opened.screen.require_terminal("This asks why. Without a terminal, add --reason-file FILE.")
        return opened.screen.ask(question)
    reason = read_text(file).strip()
    if not reason:
        raise BadInputError(f"{file.name} is empty. Write the reason into it.")
    return reason


def _confirm_and_decide(opened: Session, reference: str, decision: Decision, *, yes: bool) -> None:
    _confirm(opened, reference, decision, yes=yes)
    _decide(opened, reference, decision)


def _typed_number(opened: Session, reference: str) -> int | None:
    """Say how many a release goes to, and have the number typed where it is large."""
    opened.screen.require_terminal()
    seen = counted(opened, reference)
    opened.screen.say(f"{seen.document} goes to {seen.total} recipients.")
    if seen.total <= seen.confirm_above:
        return None
    typed = opened.screen.ask("Type their number to release it")
    if typed != str(seen.total):
        raise BadInputError("That is another number; nothing was done.")
    return seen.total


def _confirm(opened: Session, reference: str, decision: Decision, *, yes: bool) -> None:
    if not yes:
        opened.screen.require_terminal()
        _, action = opened.action(reference)
        for one in action.unreachable_targets if decision is Decision.RELEASE else ():
            opened.screen.say(unreachable_words(one))
        opened.screen.confirm(f"{action.reference}: {action.title}\n{_CONSEQUENCES[decision]}", yes=False)


def _decide(opened: Session, reference: str, decision: Decision, body: object = None) -> None:
    tell(opened, decision, opened.client.post(action_path(reference, decision), body))


def tell(opened: Session, decision: Decision, answer: str) -> None:
    """Tell a decision that took effect."""
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    decided = read(Decided, answer)
    count, required = decided.attestations.count, decided.attestations.required
    opened.screen.show(DECIDED[decision].format(reference=decided.reference, count=count, required=required))
    say_if_away(opened, informed=decided.workflow_informed)


def say_if_away(opened: Session, *, informed: bool) -> None:
    """Say so where the engine is yet to be told of what was committed."""
    if not informed:
        opened.screen.say("It is decided and holds. The engine is away and will be told when it is back.")
