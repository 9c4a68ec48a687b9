"""Commands that start actions and look at them."""

import json
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from console.answers import Action, ActionList, Signature, SignatureList, Timeline, read
from console.errors import BadInputError, UnreachableError
from console.files import read_input
from console.following import follow as follow_action
from console.private import private_details
from console.rendering import action_list, heading, whole
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
from console.words import next_step
from models.case import canonical_tree, parse_case
from models.vocabulary import ReadingReason

LONGEST_IDEMPOTENCY_KEY = 200

CaseFileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The case, as YAML or JSON.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Watch the action after it has started.")]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="For scripts: repeating the command with the same text never starts it twice."
    ),
]
Why = Annotated[ReadingReason, typer.Option(help="What you read it for.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")]


def start(
    file: CaseFileArgument,
    *,
    follow: Follow = False,
    idempotency_key: IdempotencyKey = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Start an urgent action from a case file.

    A file with problems is refused with all of them, before anything is sent.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _, case = read_input(file, parse_case)
        answer = _hand_in(opened, canonical_tree(case), idempotency_key)
        action = read(Action, answer)
        if as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show(
                f"{action.reference} was received.\n", heading(action), f"\n{next_step(action)}"
            )
        if follow:
            opened.screen.show(*([] if as_json else [""]))
            follow_action(opened, action.reference, answer)


def _hand_in(opened: Session, tree: object, idempotency_key: str | None) -> str:
    key = str(uuid4()) if idempotency_key is None else _checked(idempotency_key)
    try:
        return opened.client.post("/actions", tree, idempotency_key=key)
    except UnreachableError as error:
        advice = f"To try again without starting it twice, add: --idempotency-key {json.dumps(key)}"
        raise UnreachableError(f"{error} {advice}", answer=error.answer) from None


def _checked(key: str) -> str:
    if not key.isascii() or not key.isprintable() or not 0 < len(key.strip()) <= LONGEST_IDEMPOTENCY_KEY:
        raise BadInputError(
            f"--idempotency-key must be 1 to {LONGEST_IDEMPOTENCY_KEY} plain ASCII characters, like a UUID."
        )
    return key.strip()


def list_actions(
    *,
    limit: Limit = 50,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List actions, newest first."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/actions", {"limit": limit})
        opened.tell(answer, lambda: action_list(read(ActionList, answer).actions))


def show(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show an action, and what to do next."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer, action = opened.action(reference)
        if as_json:
            opened.screen.json(answer)
            return
        timeline = read(Timeline, opened.client.get(action_path(reference, "timeline")))
        opened.screen.show(whole(action, timeline.events, _signatures(opened, action)))


def private(
    reference: Reference,
    *,
    why: Why = ReadingReason.COORDINATING,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show what is sealed of an action: facts, identities, sources.

    The audit trail tells that you read it.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        answer, details = opened.private(reference, why)
        opened.tell(answer, lambda: private_details(details))


def _signatures(opened: Session, action: Action) -> list[Signature]:
    if action.sign_on is None or not action.sign_on.invited:
        return []
    return read(SignatureList, opened.client.get(action_path(action.reference, "signatures"))).signatures


def follow(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Watch an action live until it ends.

    Ctrl-C ends the watching, not the action.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        follow_action(opened, reference)
