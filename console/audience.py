"""Commands about to whom an action goes: seeing it, narrowing it, and giving targets other addresses."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from console.answers import Answer, UnreachableTarget, read
from console.errors import BadInputError
from console.files import read_options
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
from console.words import named, unreachable_words
from models.case_parts import TargetAddress
from models.strict_model import parse
from models.vocabulary import ContactKind

Lists = Annotated[list[str] | None, typer.Option("--list", metavar="LIST", help="Those on a list.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Those with a tag.")]
Countries = Annotated[list[str] | None, typer.Option("--country", metavar="CODE", help="Those of a country.")]
Kinds = Annotated[list[ContactKind] | None, typer.Option("--kind", help="Only press, or only members.")]
Everybody = Annotated[bool, typer.Option("--everybody", help="All contacts of the audiences.")]
Number = Annotated[int, typer.Argument(metavar="N", min=0, help="The target's number, from 0.")]
AddressFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The address, as YAML or JSON; options replace its fields."),
]


class Audience(Answer):
    """To whom releases go."""

    audiences: list[str]
    contacts: dict[str, list[str]] | None = None
    unreachable_targets: tuple[UnreachableTarget, ...] = ()


def show(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show to whom releases go, and which targets cannot be written to."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _tell(opened, opened.client.get(action_path(reference, "audience")))


def select(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    *,
    on: Lists = None,
    tag: Tags = None,
    country: Countries = None,
    kind: Kinds = None,
    everybody: Everybody = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Change which contacts of its audiences releases go to from now on.

    Whoever fits one entry of each option that is given.
    """
    asked = {"lists": on, "tags": tag, "countries": country, "kinds": kind}
    chosen = {field: values for field, values in asked.items() if values}
    with session(api_url, api_key, as_json=as_json) as opened:
        if bool(chosen) == everybody:
            raise BadInputError("Name lists, tags, countries or kinds, or --everybody.")
        answer = opened.client.put_json(action_path(reference, "audience"), {"contacts": chosen or None})
        _tell(opened, answer)


def add_address(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    number: Number,
    file: AddressFile = None,
    *,
    channel: Annotated[str | None, typer.Option(help="email, sms or letter.")] = None,
    value: Annotated[str | None, typer.Option(help="The address.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it was found.")] = None,
    checked_on: Annotated[str | None, typer.Option(metavar="DATE", help="When it was checked.")] = None,
    valid_until: Annotated[str | None, typer.Option(metavar="DATE", help="Until when it is valid.")] = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Give a target another address, which is used where none before it can be."""
    with session(api_url, api_key, as_json=as_json) as opened:
        given = {
            "channel": channel,
            "value": value,
            "source": source,
            "checked_on": checked_on,
            "valid_until": valid_until,
        }
        entry = read_options(file, given, lambda tree: parse(TargetAddress, tree))
        path = action_path(reference, f"targets/{number}/addresses")
        _tell(opened, opened.client.post(path, entry.model_dump(mode="json")))


def _tell(opened: Session, answer: str) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    told = read(Audience, answer)
    opened.screen.show(f"Goes to: {', '.join(told.audiences)}.")
    for field, values in (told.contacts or {}).items():
        opened.screen.show(f"Of the contacts only these {named({}, field)}: {', '.join(values)}.")
    for one in told.unreachable_targets:
        opened.screen.show(Text(unreachable_words(one), style="bold yellow"))
