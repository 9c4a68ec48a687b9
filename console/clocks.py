"""Commands about reply clocks, and about the steps that are proposed where nobody answers."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.answers import read
from console.clock_answers import Clock, ClockList, LetterDraft, Step
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
from console.words import COMMAND, answerer, clock, named, phrase
from models.reply_vocabulary import StepState

StepId = Annotated[str, typer.Argument(metavar="ID", help="The step's id, as `clocks REF` tells it.")]
Digest = Annotated[
    str | None,
    typer.Option(metavar="SHA256", help="For scripts: approve the letter of this digest, unasked."),
]


def clocks(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List until when targets and mechanisms should answer, and what follows where they do not."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "clocks"))
        if as_json:
            opened.screen.json(answer)
            return
        listed = read(ClockList, answer)
        counted = Text(f"Targets have time from when {listed.document} reached them.")
        opened.screen.show(counted, _table(listed), Group(*_proposals(listed)))


def show(
    reference: Reference,
    step: StepId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read a proposed step: its letter, as it would leave."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(_path(reference, step))
        if as_json:
            opened.screen.json(answer)
        else:
            opened.screen.show(*_letter(read(LetterDraft, answer)))


def approve(
    reference: Reference,
    step: StepId,
    *,
    digest: Digest = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read the letter of a step, and let it go out to its addressee."""
    with session(api_url, api_key, as_json=as_json) as opened:
        draft = read(LetterDraft, opened.client.get(_path(reference, step)))
        if draft.digest is None:
            raise BadInputError(f"This step is done by no letter. Do it, then: {COMMAND} steps done REF ID")
        if digest is None:
            opened.screen.show(*_letter(draft))
            opened.screen.confirm("Send it? It goes out and cannot be called back.", yes=yes)
        body = {"decision": StepState.APPROVED.value, "digest": digest or draft.digest}
        _decide(opened, reference, step, body, "Approved: it goes out to that target alone.")


def done(
    reference: Reference,
    step: StepId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Say that you did a step yourself: posted the letter, reminded a mechanism, spoke in public."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, step, {"decision": StepState.DONE.value}, "It is done.")


def dismiss(
    reference: Reference,
    step: StepId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Leave a step out; the next one follows in its time."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _decide(opened, reference, step, {"decision": StepState.DISMISSED.value}, "It is left out.")


def _decide(opened: Session, reference: str, step: str, body: dict[str, str], told: str) -> None:
    answer = opened.client.post(_path(reference, step), body)
    read(LetterDraft, answer)
    if opened.screen.as_json:
        opened.screen.json(answer)
    else:
        opened.screen.show(told)


def _path(reference: str, step: str) -> str:
    return action_path(reference, f"steps/{quote(step.strip(), safe='')}")


def _letter(draft: LetterDraft) -> tuple[RenderableType, ...]:
    if draft.text is None:
        return (Text(f"{phrase(draft.step)}: people do it; it is done by no letter."),)
    return Text(draft.subject or "", style="bold"), Text(), Text(draft.text)


def _table(listed: ClockList) -> Table:
    table = Table("target", "office", "clock", "due", "next", box=None)
    for one in listed.clocks:
        place = "" if one.target is None else str(one.target)
        table.add_row(place, answerer(one.office, one.mechanism), named({}, one.state), _due(one), _next(one))
    return table


def _due(one: Clock) -> str:
    if one.answered_on:
        return f"answered {one.answered_on}"
    return clock(one.due) if one.due else ""


def _next(one: Clock) -> str:
    planned = one.next_step
    return f"{named({}, planned.step)}, {clock(planned.at)}" if planned else ""


def _proposals(listed: ClockList) -> Iterator[RenderableType]:
    for one in listed.clocks:
        for step in one.steps:
            if step.state == StepState.PROPOSED:
                yield Text(f"Proposed for {_late(one)}: {_proposed(one, step)}")
                command = f"{COMMAND} steps show {listed.reference} {step.id}"
                yield Padding(Text(command, no_wrap=True, overflow="ignore"), (0, 0, 0, 2))


def _late(one: Clock) -> str:
    office = answerer(one.office, one.mechanism)
    return f"the submission to: {office}" if one.target is None else f"target {one.target} ({office})"


def _proposed(one: Clock, step: Step) -> str:
    elsewhere = step.addressee is not None and step.addressee != one.target
    return named({}, step.step) + (f", to target {step.addressee}" if elsewhere else "")
