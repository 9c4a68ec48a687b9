"""The body of an import of contacts: the tree of a file as JSON, or one contact a line, for long lists."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, Final

from fastapi import Request

from models.contact_file import divided
from models.problems import WHOLE_INPUT, InvalidInput, Problem

LINES: Final = "application/x-ndjson"
"""The first line is the file without its contacts, such as `{"lists": []}`; those that follow are these."""

UNREADABLE: Final = object()
"""Stands for a line that is no JSON."""

_BATCH: Final = 500

_EXAMPLE: Final = {
    "lists": [{"id": "prensa-mexico", "names": {"es": "Prensa de México", "en": "Press in Mexico"}}],
    "contacts": [
        {
            "id": "diario-ejemplo",
            "name": "Diario Ejemplo",
            "kind": "press",
            "languages": ["es", "en"],
            "country": "MX",
            "tags": ["derechos-humanos"],
            "lists": ["prensa-mexico"],
            "basis": {"kind": "press_address", "on": "2026-10-01"},
            "channels": [{"channel": "email", "value": "redaccion@diario.example"}],
        }
    ],
}

MANUAL: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"title": "Contacts file", "examples": [_EXAMPLE]}},
            LINES: {"schema": {"type": "string", "title": "The same, one contact a line, up to 64 MiB"}},
        },
    }
}
"""The description of the body, which our own parser reads."""


@dataclass(frozen=True)
class ContactsBody:
    """What stands beside the contacts, and these in batches, each to be read by `values`."""

    head: object
    batches: Iterator[list[Any]]
    is_lines: bool

    def values(self, batch: list[Any]) -> list[object]:
        """Return the contacts of a batch as JSON values; lines are read here, off the event loop."""
        return [_value(line) for line in batch] if self.is_lines else batch


async def contacts_body(request: Request) -> ContactsBody:
    """Read the body of a request.

    Raises:
        InvalidInput: it is no JSON, or no contacts file.
    """
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == LINES:
        lines = (line for line in BytesIO(body) if line.strip())
        return ContactsBody(_readable(_value(next(lines, b""))), _batches(lines), is_lines=True)
    head, contacts = divided(_readable(_value(body)))
    return ContactsBody(head, _batches(iter(contacts)), is_lines=False)


def _value(text: bytes) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    return value


def _readable(value: object) -> object:
    if value is UNREADABLE:
        remedy = "Send a contacts file as JSON in UTF-8, or its head and each contact on a line."
        raise InvalidInput([Problem(field=WHOLE_INPUT, rule="is not well-formed JSON", remedy=remedy)])
    return value


def _batches(entries: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch
