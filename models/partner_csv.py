"""Partners as a table: one row a contact; what is the partner's stands in its first row, or in each.

Lists are separated by `;`. A cell that a spreadsheet would take for a formula is written behind an
apostrophe, which is taken away when it is read (OWASP, CSV Injection).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from typing import Any, Final

from models.problems import InvalidInput, Problem, path_of

_LISTS: Final = ("languages", "groups", "members")
_NESTED: Final = ("mandate", "api")
_CONTACT: Final = "contact"
_NUMBERS: Final = ("member_count",)

PARTNER_COLUMNS: Final = (
    "id", "name", "kind", "country", "languages", "groups", "time_zone", "website", "registered_address",
    "member_count", "members", "mandate_follows", "mandate_given_on", "mandate_given_by", "status", "api_url",
    "api_secret",
)  # fmt: skip
CONTACT_COLUMNS: Final = tuple(
    f"{_CONTACT}_{part}" for part in ("name", "email", "language", "phone", "asked_by")
)
COLUMNS: Final = (*PARTNER_COLUMNS, *CONTACT_COLUMNS)

_FORMULA: Final = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms begin a formula where they are typed
_GUARD: Final = "'"
_PLACE: Final = re.compile(r"partners\.(\d+)(?:\.contacts\.(\d+))?(?:\.(.+))?")
_LONGEST_COMPARED_NAME: Final = 60
_LONGEST_NUMBER: Final = 18
"""Digits; what has more is too large in any case."""


@dataclass
class _Rows:
    """One partner of the table: its tree, the line it begins at, and the line of each contact."""

    line: int
    tree: dict[str, Any] = field(default_factory=dict)
    contacts: list[int] = field(default_factory=list)


@dataclass
class PartnersTable:
    """A table as the tree of a partners file, and what is wrong with it as a table."""

    partners: list[_Rows] = field(default_factory=list)
    by_id: dict[str, _Rows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def tree(self) -> dict[str, Any]:
        """The tree that a partners file in YAML would give."""
        return {"partners": [{"groups": [], **rows.tree} for rows in self.partners]}

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Name the line and column of problems of the tree."""
        return tuple(problem.model_copy(update={"field": self._cell(problem.field)}) for problem in problems)

    def _cell(self, path: str) -> str:
        found = _PLACE.fullmatch(path)
        if not found or int(found[1]) >= len(self.partners):
            return path
        rows, column = self.partners[int(found[1])], re.sub(r"\.\d+$", "", found[3] or "")
        if found[2] is None:
            return _at(rows.line, column.replace(".", "_"))
        place = int(found[2])
        line = rows.contacts[place] if place < len(rows.contacts) else rows.line
        return _at(line, f"{_CONTACT}_{column}" if column else "")


def _at(line: int, column: str) -> str:
    return f"line {line}, {column}" if column else f"line {line}"


def read_partners_csv(text: str) -> PartnersTable:
    """Read a table with `,` or `;` between its cells.

    Raises:
        InvalidInput: it is no table, or its header does not name the columns.
    """
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
    table = PartnersTable()
    line = 1
    try:
        columns = _columns(next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _add_row(table, line, columns, cells)
            line = reader.line_num + 1
    except csv.Error:
        problem = Problem(
            field=f"line {line}",
            rule="is not a well-formed row",
            remedy='Put a cell that holds quotes or the separator in quotes, and write its own quotes as "".',
        )
    else:
        return table
    raise InvalidInput([problem])


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().lower() for name in header]
    problems = [
        Problem(field=_at(1, path_of((name,))), rule="is not a known column", remedy=_nearest(name))
        for name in columns
        if name not in COLUMNS
    ]
    problems += [
        Problem(field=_at(1, name), rule="is given twice", remedy="Keep one of them.")
        for name in COLUMNS
        if columns.count(name) > 1
    ]
    if problems:
        raise InvalidInput(problems)
    return columns


def _nearest(name: str) -> str:
    nearest = get_close_matches(name[:_LONGEST_COMPARED_NAME], COLUMNS, n=1)
    return f"Did you mean {nearest[0]}?" if nearest else f"Remove it; known here: {', '.join(COLUMNS)}."


def _add_row(table: PartnersTable, line: int, columns: list[str], cells: list[str]) -> None:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        table.problems.append(
            Problem(
                field=_at(line, ""),
                rule="has more cells than the header",
                remedy="Put cells that hold the separator in quotes.",
            )
        )
    row = {column: _unguarded(cell.strip()) for column, cell in zip(columns, cells, strict=False)}
    row = {column: cell for column, cell in row.items() if cell}
    partner = {column: cell for column, cell in row.items() if column in PARTNER_COLUMNS}
    rows = _rows_of(table, line, row.get("id"))
    tree = _tree(partner)
    table.problems += _contradictions(rows, line, tree)
    rows.tree.update({name: value for name, value in tree.items() if name not in rows.tree})
    contact = {
        column.removeprefix(f"{_CONTACT}_"): row[column] for column in CONTACT_COLUMNS if column in row
    }
    if contact:
        rows.tree.setdefault("contacts", []).append(contact)
        rows.contacts.append(line)


def _rows_of(table: PartnersTable, line: int, slug: str | None) -> _Rows:
    """Find the partner that a row goes on with, or begin one: a row without an id goes on with the last."""
    if slug is None and table.partners:
        return table.partners[-1]
    if slug is None or slug not in table.by_id:
        table.partners.append(_Rows(line))
        table.by_id[slug or ""] = table.partners[-1]
    return table.by_id[slug or ""]


def _contradictions(rows: _Rows, line: int, tree: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in tree.items():
        if line != rows.line and rows.tree.get(name, value) != value:
            yield Problem(
                field=_at(line, name),
                rule=f"says something else than line {rows.line}",
                remedy="Write it once, or the same in each row of the partner.",
            )


def _tree(row: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for column, cell in row.items():
        outer, _, inner = column.partition("_")
        if outer in _NESTED:
            tree.setdefault(outer, {})[inner] = cell
        elif column in _LISTS:
            tree[column] = [entry.strip() for entry in cell.split(";") if entry.strip()]
        elif column in _NUMBERS and cell.isascii() and cell.isdigit():
            tree[column] = int(cell[:_LONGEST_NUMBER])
        else:
            tree[column] = cell
    return tree


def write_partners_csv(partners: Iterable[Mapping[str, Any]]) -> str:
    """Write entries of a partners file as a table that is read as the same entries."""
    written = StringIO()
    writer = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for partner in partners:
        row = _row(partner)
        for contact in partner["contacts"]:
            row |= {f"{_CONTACT}_{part}": str(value) for part, value in contact.items()}
            writer.writerow({column: _guarded(cell) for column, cell in row.items()})
            row = {}
    return written.getvalue()


def _row(partner: Mapping[str, Any]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in partner.items():
        if name in _LISTS:
            row[name] = ";".join(value)
        elif name in _NESTED:
            row |= {f"{name}_{part}": str(inner) for part, inner in value.items()}
        elif name != "contacts":
            row[name] = str(value)
    return row


def _guarded(cell: str) -> str:
    return _GUARD + cell if cell.startswith(_FORMULA) or _looks_guarded(cell) else cell


def _unguarded(cell: str) -> str:
    return cell.removeprefix(_GUARD) if _looks_guarded(cell) else cell


def _looks_guarded(cell: str) -> bool:
    return cell.startswith(_GUARD) and cell[1:].startswith((*_FORMULA, _GUARD))
