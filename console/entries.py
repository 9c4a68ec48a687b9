"""What commands about a case's people share: whom they are about, and entries from files or options."""

from pathlib import Path
from typing import Annotated

import typer

EntryFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The entry, as YAML or JSON; options replace its fields."),
]
PersonOption = Annotated[
    int, typer.Option("--person", metavar="N", min=0, help="Her number, as `consents list REF` tells it.")
]

IN_A_FILE = "This asks for what is sealed. Without a terminal, write it in a FILE."


def number_or_word(text: str) -> int | str:
    """Read a person's number; a word is left to the parser, which knows `all`."""
    written = text.strip().lower()
    return int(written) if written.isdecimal() else written
