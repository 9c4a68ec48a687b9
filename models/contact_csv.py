"""Contacts as a table: one row an address, in order of preference; the rest in the first, or in each."""

from types import MappingProxyType
from typing import Final

from models.directory_tables import TableFormat

CONTACTS_TABLE: Final = TableFormat(
    entries="contacts",
    entry="contact",
    columns=(
        "id", "name", "kind", "languages", "country", "time_zone", "tags", "lists", "basis_kind", "basis_on",
        "basis_by",
    ),
    parts="channels",
    part_columns=MappingProxyType({"channel": "channel", "address": "value"}),
    lists=frozenset({"languages", "tags", "lists"}),
    nested=frozenset({"basis"}),
)  # fmt: skip
