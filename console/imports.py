"""Filling the list of contacts."""

from pathlib import Path
from typing import Annotated

import typer

from console.answers import ImportResult, read
from console.files import read_input
from console.session import DEFAULT_API_URL, ApiKey, ApiUrl, AsJson, session
from models.directory import parse_contacts

DirectoryFile = Annotated[Path, typer.Argument(metavar="FILE", help="The entries, as YAML or JSON.")]


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
        tree, _ = read_input(file, parse_contacts)
        answer = opened.client.post("/contacts", tree, repeatable=True)
        if as_json:
            opened.screen.json(answer)
            return
        changed = read(ImportResult, answer)
        opened.screen.show(f"Imported contacts: {changed.created} new, {changed.updated} updated.")
