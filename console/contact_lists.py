"""Commands that keep the lists that contacts stand on."""

from typing import Annotated
from urllib.parse import quote

import typer

from console.answers import read
from console.contact_answers import ContactList, ListRemoved, Lists
from console.contact_rendering import list_table
from console.errors import BadInputError
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, Yes, session

ListId = Annotated[str, typer.Argument(metavar="ID", help="The list's id, as `lists list` tells it.")]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="LANGUAGE=NAME", help="Its name in a language; once for each."),
]
Description = Annotated[str | None, typer.Option(metavar="TEXT", help="Who stands on it.")]


def list_lists(*, api_url: ApiUrl = DEFAULT_API_URL, api_key: ApiKey = None, as_json: AsJson = False) -> None:
    """List the lists, and how many stand on each."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get("/lists")
        opened.tell(answer, lambda: list_table(read(Lists, answer).lists))


def set_list(
    slug: ListId,
    *,
    name: Names = None,
    description: Description = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a list, or describe the one of this id anew."""
    with session(api_url, api_key, as_json=as_json) as opened:
        tree: dict[str, object] = {"id": slug, "names": _names(name or [])}
        if description is not None:
            tree["description"] = description
        answer = opened.client.post("/lists", tree, repeatable=True)
        if as_json:
            opened.screen.json(answer)
            return
        kept = read(ContactList, answer)
        opened.screen.show(f"{kept.id} is kept. Contacts on it: {kept.contacts}.")


def _names(given: list[str]) -> dict[str, str]:
    named = [one.partition("=") for one in given]
    if not named or not all(equals for _, equals, _ in named):
        raise BadInputError("Name the list in at least one language: --name es=Redacciones")
    return {language.strip(): name for language, _, name in named}


def remove(
    slug: ListId,
    *,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Take a list away; whoever stood on it is a contact still."""
    with session(api_url, api_key, as_json=as_json) as opened:
        opened.screen.confirm(f"Take the list {slug} away?", yes=yes)
        answer = opened.client.delete(f"/lists/{quote(slug.strip(), safe='')}")
        if as_json:
            opened.screen.json(answer)
            return
        told = read(ListRemoved, answer)
        opened.screen.show(f"{told.id} was taken away. Contacts that stood on it: {told.contacts}.")
