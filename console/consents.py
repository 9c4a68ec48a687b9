"""Commands about what people at risk allow."""

from typing import Annotated

import typer

from console.answers import read
from console.consent_answers import Consents, Consequences, Revoked
from console.consent_tables import asked_back, consents_table, readers_table, taken_back
from console.decisions import say_if_away
from console.entries import IN_A_FILE, EntryFile, number_or_word
from console.files import read_options
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
from models.consent_changes import ConsentRecord, Revocation
from models.strict_model import parse
from models.vocabulary import ConsentGiver, ConsentMethod, ConsentUse

Person = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Her number, as `consents list REF` tells it.")
]
Use = Annotated[ConsentUse | None, typer.Option(help="What it allows.")]
Given = Annotated[bool | None, typer.Option("--given/--refused", help="Whether she allows it.")]
GivenBy = Annotated[ConsentGiver | None, typer.Option(help="Who said so.")]
Method = Annotated[ConsentMethod | None, typer.Option(help="How.")]
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="When.")]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The last day on which it holds.")]
PersonOrAll = Annotated[str, typer.Option("--person", metavar="N|all", help="Whose consents.")]
UseOrAll = Annotated[str, typer.Option("--use", metavar="USE|all", help="Which of them.")]

_CONFIRMED_ANEW = "If it lets more leave, it counts once others have attested consent again."
_WHY = "Why could nobody be asked?"


def list_consents(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show who allows what, with every record, and what may go out to whom."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "consents"))
        opened.tell(answer, lambda: consents_table(read(Consents, answer)))


def add(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    person: Person = None,
    use: Use = None,
    given: Given = None,
    given_by: GivenBy = None,
    method: Method = None,
    on: On = None,
    until: Until = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Record a consent, or its refusal: from now on it counts in place of the one before.

    Why nobody could be asked is asked for, or stands in the file: it is sealed.
    """
    options: dict[str, object] = {
        "person": person,
        "use": use,
        "given": given,
        "given_by": given_by,
        "method": method,
        "on": on,
        "until": until,
    }
    with session(api_url, api_key, as_json=as_json) as opened:
        if file is None and given_by is ConsentGiver.NOT_OBTAINABLE:
            opened.screen.require_terminal(IN_A_FILE)
            options["reason"] = opened.screen.ask(_WHY)
        entry = read_options(file, options, lambda tree: parse(ConsentRecord, tree))
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, "consents"), body)
        told = read(Consequences, answer)
        _show(opened, answer, told, f"{told.reference}: it is recorded. {_CONFIRMED_ANEW}")


def revoke(
    reference: Reference,
    *,
    person: PersonOrAll,
    use: UseOrAll,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Take consents back: from this moment on nothing leaves that needs them."""
    with session(api_url, api_key, as_json=as_json) as opened:
        body = {"person": number_or_word(person), "use": use.strip().lower()}
        revocation = read_options(None, body, lambda tree: parse(Revocation, tree))
        opened.screen.confirm(asked_back(revocation.person, revocation.use), yes=yes)
        path = action_path(reference, "consents/revocations")
        answer = opened.client.post(path, body, repeatable=True)
        told = read(Revoked, answer)
        _show(opened, answer, told, f"{told.reference}: {taken_back(told.revoked)}.")


def _show(opened: Session, answer: str, told: Consequences, first: str) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    opened.screen.show(first, readers_table(told.readers))
    say_if_away(opened, informed=told.workflow_informed)
