"""Commands that fill the directory of partners and contacts."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from console.answers import ImportResult, read
from console.files import read_input
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, Session, session
from models.directory import parse_contacts, parse_partners

DirectoryFile = Annotated[Path, typer.Argument(metavar="FILE", help="The entries, as YAML or JSON.")]


def import_partners(
    file: DirectoryFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Create or update partners by their ids.

    All of the file is taken, or nothing.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _import(opened, file, "partners", parse_partners)


def import_contacts(
    file: DirectoryFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Create or update contacts by their ids.

    All of the file is taken, or nothing.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _import(opened, file, "contacts", parse_contacts)


def _import(opened: Session, file: Path, kind: str, parse: Callable[[object], object]) -> None:
    tree, _ = read_input(file, parse)
    answer = opened.client.post(f"/{kind}", tree, repeatable=True)
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    changed = read(ImportResult, answer)
    opened.screen.show(f"Imported {kind}: {changed.created} new, {changed.updated} updated.")
