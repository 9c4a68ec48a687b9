"""Partners as a table: one row a contact; what is the partner's stands in its first row, or in each."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from models.directory_tables import DirectoryTable, TableFormat, read_table, write_table

PARTNERS_TABLE: Final = TableFormat(
    entries="partners",
    entry="partner",
    columns=(
        "id", "name", "kind", "country", "languages", "groups", "time_zone", "website", "registered_address",
        "member_count", "members", "mandate_follows", "mandate_given_on", "mandate_given_by", "status",
        "api_url", "api_secret",
    ),
    parts="contacts",
    part_columns=MappingProxyType(
        {f"contact_{part}": part for part in ("name", "email", "language", "phone", "asked_by")}
    ),
    lists=frozenset({"languages", "groups", "members"}),
    nested=frozenset({"mandate", "api"}),
    numbers=frozenset({"member_count"}),
    given=MappingProxyType({"groups": ()}),
)  # fmt: skip


def read_partners_csv(text: str) -> DirectoryTable:
    """Read a table of partners; raise InvalidInput where it is none."""
    return read_table(text, PARTNERS_TABLE)


def write_partners_csv(partners: Iterable[Mapping[str, Any]]) -> str:
    """Write entries of a partners file as a table that is read as the same entries."""
    return write_table(partners, PARTNERS_TABLE)
