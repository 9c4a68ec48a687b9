"""Commands about facts that change under a case, and about who and what comes to it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from console.answers import Answer, read
from console.consent_answers import Consequences
from console.decisions import say_if_away
from console.entries import EntryFile
from console.files import read_input, read_options
from console.screen import problems_table
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Yes,
    action_path,
    session,
)
from console.words import COMMAND
from models.changed_fact_file import ChangedFactEntry, DemandsNow, FactChange, Widening
from models.problems import Problem
from models.strict_model import parse

Change = Annotated[FactChange | None, typer.Option("--change", help="What changed.")]
Demands = Annotated[DemandsNow | None, typer.Option("--demands", help="What became of the demands by it.")]
KnownOn = Annotated[str | None, typer.Option("--known-on", metavar="YYYY-MM-DD", help="When it was known.")]
Person = Annotated[
    int | None, typer.Option("--person", metavar="N", min=0, help="Her number, as `consents list REF` tells.")
]
WideningFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="What comes to the case, as YAML or JSON.")
]
Number = Annotated[int, typer.Argument(metavar="N", min=1, help="Which fact; 1 is the first.")]

_STOPS = "From this moment on nothing of {reference} leaves that was written before. Report it?"


class Step(Answer):
    """One step of the path to what replaces the old demands."""

    step: str
    done: bool
    what: str
    remedy: str


class Fact(Answer):
    """A fact that changed, with its path."""

    reference: str
    number: int
    change: str
    demands: str
    document: str
    kind: str
    overtaken_by: int | None = None
    steps: tuple[Step, ...]


class Facts(Answer):
    """The facts that changed under an action."""

    facts: tuple[Fact, ...]


class Widened(Consequences):
    """What a case has now."""

    people_at_risk: int
    concerns: tuple[str, ...]
    leaks: tuple[Problem, ...]


def report(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    change: Change = None,
    person: Person = None,
    demands: Demands = None,
    known_on: KnownOn = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Report that facts changed: old demands stop everywhere at once, and a draft of new ones is prepared.

    Its source, and the family or those who come to the case, stand in the file (examples/changed-fact.yaml).
    """
    options: dict[str, object] = {
        "change": change,
        "person": person,
        "demands": demands,
        "known_on": known_on,
    }
    with session(api_url, api_key, as_json=as_json) as opened:
        entry = read_options(file, options, lambda tree: parse(ChangedFactEntry, tree))
        opened.screen.confirm(_STOPS.format(reference=reference), yes=yes)
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, "changed-facts"), body)
        opened.tell(answer, lambda: _shown(read(Fact, answer)))


def list_facts(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the facts that changed, each with what is needed until its document is out."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "changed-facts"))
        opened.tell(answer, lambda: Group(*map(_shown, read(Facts, answer).facts)))


def show(
    reference: Reference,
    number: Number,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show what is done since a fact changed, and what is needed until its document is out."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, f"changed-facts/{number}"))
        opened.tell(answer, lambda: _shown(read(Fact, answer)))


def widen(
    reference: Reference,
    file: WideningFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Add people at risk with their consents and risk, concerns or targets; all is attested anew.

    The file holds people_at_risk, concerns, targets and risk_assessment, as a case does.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _, entry = read_input(file, lambda tree: parse(Widening, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, "widening"), body)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(Widened, answer)
        opened.screen.show(
            f"{told.reference} has {told.people_at_risk} people at risk now."
            f" All of it is attested and approved anew: {COMMAND} attest {told.reference}"
        )
        if told.leaks:
            opened.screen.show("Change these places first:", problems_table(told.leaks))
        say_if_away(opened, informed=told.workflow_informed)


def _shown(fact: Fact) -> Group:
    head = f"Fact {fact.number}: {fact.change}; demands {fact.demands}. {fact.document} ({fact.kind})"
    lines = [Text(head)]
    if fact.overtaken_by:
        lines.append(Text(f"Fact {fact.overtaken_by} has overtaken it: what follows is of no use any more."))
    table = Table("", "step", "what", "how", box=None)
    for one in fact.steps:
        how = "" if one.done else one.remedy.replace("REF", fact.reference)
        table.add_row("✓" if one.done else "·", one.step, Text(one.what), Text(how))
    return Group(*lines, table)
