"""Commands about people at risk as things change, and about sources."""

from pathlib import Path
from typing import Annotated

import typer

from console.answers import read
from console.consent_answers import Appearance, Consequences, Passage
from console.consent_tables import readers_table
from console.decisions import say_if_away
from console.entries import IN_A_FILE, EntryFile, PersonOption
from console.files import read_input, read_options
from console.screen import problems_table
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import COMMAND, named
from models import consent_changes
from models.case_parts import Source
from models.strict_model import parse
from models.vocabulary import PassageReason, Visibility

Because = Annotated[PassageReason | None, typer.Option(help="What happened to her.")]
HappenedOn = Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day of it.")]
NewVisibility = Annotated[Visibility, typer.Option(help="How she may appear from now on.")]
Pseudonym = Annotated[str | None, typer.Option(metavar="NAME", help="The name that she chose for this case.")]
SourceFile = Annotated[Path, typer.Argument(metavar="FILE", help="The source, as YAML or JSON.")]

_NAME, _RELATION = "Who of her family decides in her place?", "How is that person related to her?"


def pass_on(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    person: PersonOption,
    because: Because = None,
    happened_on: HappenedOn = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write down that consent passed to named family, by death or disappearance.

    Who the family is, is asked for, or stands in the file: it is sealed.
    """
    options: dict[str, object] = {"because": because, "happened_on": happened_on}
    with session(api_url, api_key, as_json=as_json) as opened:
        if file is None:
            opened.screen.require_terminal(IN_A_FILE)
            ask = opened.screen.ask
            options["family"] = {"name": ask(_NAME), "relation": ask(_RELATION)}
        entry = read_options(file, options, lambda tree: parse(consent_changes.Passage, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, f"people/{person}/passage"), body)
        told = read(Passage, answer)
        if as_json:
            opened.screen.json(answer)
        else:
            holds = "What she allowed holds until they take it back."
            opened.screen.show(f"Her family decides since {told.happened_on} ({told.because}). {holds}")


def visibility(
    reference: Reference,
    *,
    person: PersonOption,
    visibility: NewVisibility,
    pseudonym: Pseudonym = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Change how a person may appear, and list where current texts must be changed for it."""
    with session(api_url, api_key, as_json=as_json) as opened:
        options = {"visibility": visibility, "pseudonym": pseudonym}
        entry = read_options(None, options, lambda tree: parse(consent_changes.Appearance, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        path = action_path(reference, f"people/{person}/visibility")
        answer = opened.client.post(path, body, repeatable=True)
        told = read(Appearance, answer)
        if as_json:
            opened.screen.json(answer)
            return
        opened.screen.show(
            f"{told.reference}: person {told.person} appears as {named({}, told.visibility)} from now on."
            f" What was approved before is approved afresh: {COMMAND} attest {told.reference}"
        )
        if told.leaks:
            opened.screen.show("Change these places first:", problems_table(tuple(told.leaks)))
        opened.screen.show(readers_table(told.readers))
        say_if_away(opened, informed=told.workflow_informed)


def add_source(
    reference: Reference,
    file: SourceFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Add one more source of a case; who it is, is sealed."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _, entry = read_input(file, lambda tree: parse(Source, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, "sources"), body)
        told = read(Consequences, answer)
        if as_json:
            opened.screen.json(answer)
            return
        opened.screen.show(f"{told.reference} has one more source.", readers_table(told.readers))
        say_if_away(opened, informed=told.workflow_informed)
