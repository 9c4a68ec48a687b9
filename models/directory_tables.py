"""Entries of a directory as a table: one row a part, such as a contact of a partner, an address of a contact.

What is the entry's own stands in its first row, or in each. Lists are separated by `;`. A cell that a
spreadsheet would take for a formula is written behind an apostrophe, which is taken away when it is read
(OWASP, CSV Injection).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from io import StringIO
from typing import Any, Final

from models.problems import InvalidInput, Problem, path_of

_FORMULA: Final = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms begin a formula where they are typed
_GUARD: Final = "'"
_LONGEST_COMPARED_NAME: Final = 60
_LONGEST_NUMBER: Final = 18
"""Digits; what has more is too large in any case."""


@dataclass(frozen=True)
class TableFormat:
    """How one sort of entry stands in a table.

    `entries` and `parts` are the lists of the tree; `part_columns` names the field of a part by its column.
    Fields of a `nested` one have columns that begin with its name. `given` stands in each entry.
    """

    entries: str
    entry: str
    columns: tuple[str, ...]
    parts: str
    part_columns: Mapping[str, str]
    lists: frozenset[str]
    nested: frozenset[str]
    numbers: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def all_columns(self) -> tuple[str, ...]:
        """List every column, those of the parts last."""
        return (*self.columns, *self.part_columns)

    @cached_property
    def part_fields(self) -> Mapping[str, str]:
        """Name the column of each field of a part."""
        return {name: column for column, name in self.part_columns.items()}

    @cached_property
    def place(self) -> re.Pattern[str]:
        """Match the path of a problem: number of the entry, number of its part, field."""
        return re.compile(rf"{self.entries}\.(\d+)(?:\.{self.parts}\.(\d+))?(?:\.(.+))?")


@dataclass
class _Rows:
    """One entry of the table: its tree, the line it begins at, and the line of each part."""

    line: int
    tree: dict[str, Any] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)


@dataclass
class DirectoryTable:
    """A table as the tree of a directory file, and what is wrong with it as a table."""

    form: TableFormat
    entries: list[_Rows] = field(default_factory=list)
    by_id: dict[str, _Rows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def tree(self) -> dict[str, Any]:
        """The tree that a file in YAML would give."""
        return {self.form.entries: [{**self.form.given, **rows.tree} for rows in self.entries]}

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Name the line and column of problems of the tree."""
        return tuple(problem.model_copy(update={"field": self._cell(problem.field)}) for problem in problems)

    def _cell(self, path: str) -> str:
        found = self.form.place.fullmatch(path)
        if not found or int(found[1]) >= len(self.entries):
            return path
        rows, name = self.entries[int(found[1])], re.sub(r"\.\d+$", "", found[3] or "")
        if found[2] is None:
            return _at(rows.line, name.replace(".", "_"))
        place = int(found[2])
        line = rows.parts[place] if place < len(rows.parts) else rows.line
        return _at(line, self.form.part_fields.get(name, name))


def _at(line: int, column: str) -> str:
    return f"line {line}, {column}" if column else f"line {line}"


def read_table(text: str, form: TableFormat) -> DirectoryTable:
    """Read a table with `,` or `;` between its cells.

    Raises:
        InvalidInput: it is no table, or its header does not name the columns.
    """
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True)
    table = DirectoryTable(form)
    line = 1
    try:
        columns = _columns(next(reader, []), form)
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


def _columns(header: list[str], form: TableFormat) -> list[str]:
    columns, known = [name.strip().lower() for name in header], form.all_columns
    problems = [
        Problem(field=_at(1, path_of((name,))), rule="is not a known column", remedy=_nearest(name, known))
        for name in columns
        if name not in known
    ]
    problems += [
        Problem(field=_at(1, name), rule="is given twice", remedy="Keep one of them.")
        for name in known
        if columns.count(name) > 1
    ]
    if problems:
        raise InvalidInput(problems)
    return columns


def _nearest(name: str, known: tuple[str, ...]) -> str:
    nearest = get_close_matches(name[:_LONGEST_COMPARED_NAME], known, n=1)
    return f"Did you mean {nearest[0]}?" if nearest else f"Remove it; known here: {', '.join(known)}."


def _add_row(table: DirectoryTable, line: int, columns: list[str], cells: list[str]) -> None:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        table.problems.append(
            Problem(
                field=_at(line, ""),
                rule="has more cells than the header",
                remedy="Put cells that hold the separator in quotes.",
            )
        )
    form = table.form
    row = {column: _unguarded(cell.strip()) for column, cell in zip(columns, cells, strict=False)}
    part = {form.part_columns[column]: row[column] for column in form.part_columns if row.get(column)}
    rows = _rows_of(table, line, row.get("id") or None)
    tree = _tree({column: row[column] for column in form.columns if row.get(column)}, form)
    if line != rows.line:
        table.problems += _contradictions(rows, line, tree, form)
    for name, value in tree.items():
        rows.tree.setdefault(name, value)
    if part:
        rows.tree.setdefault(form.parts, []).append(part)
        rows.parts.append(line)


def _rows_of(table: DirectoryTable, line: int, slug: str | None) -> _Rows:
    """Find the entry that a row goes on with, or begin one: a row without an id goes on with the last."""
    if slug is None and table.entries:
        return table.entries[-1]
    if slug is None or slug not in table.by_id:
        table.entries.append(_Rows(line))
        table.by_id[slug or ""] = table.entries[-1]
    return table.by_id[slug or ""]


def _contradictions(rows: _Rows, line: int, tree: Mapping[str, Any], form: TableFormat) -> Iterator[Problem]:
    for name, value in tree.items():
        if rows.tree.get(name, value) != value:
            yield Problem(
                field=_at(line, name),
                rule=f"says something else than line {rows.line}",
                remedy=f"Write it once, or the same in each row of the {form.entry}.",
            )


def _tree(row: Mapping[str, str], form: TableFormat) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for column, cell in row.items():
        outer, _, inner = column.partition("_")
        if outer in form.nested:
            tree.setdefault(outer, {})[inner] = cell
        elif column in form.lists:
            tree[column] = [entry.strip() for entry in cell.split(";") if entry.strip()]
        elif column in form.numbers and cell.isascii() and cell.isdigit():
            tree[column] = int(cell[:_LONGEST_NUMBER])
        else:
            tree[column] = cell
    return tree


def write_table(entries: Iterable[Mapping[str, Any]], form: TableFormat, *, header: bool = True) -> str:
    """Write entries of a file as a table that is read as the same entries."""
    written = StringIO()
    writer = csv.DictWriter(written, form.all_columns, restval="", lineterminator="\n")
    if header:
        writer.writeheader()
    for entry in entries:
        row = _row(entry, form)
        for part in entry[form.parts]:
            row |= {form.part_fields[name]: str(value) for name, value in part.items()}
            writer.writerow({column: _guarded(cell) for column, cell in row.items()})
            row = {}
    return written.getvalue()


def _row(entry: Mapping[str, Any], form: TableFormat) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in entry.items():
        if name in form.lists:
            row[name] = ";".join(value)
        elif name in form.nested:
            row |= {f"{name}_{part}": str(inner) for part, inner in value.items()}
        elif name != form.parts:
            row[name] = str(value)
    return row


def _guarded(cell: str) -> str:
    return _GUARD + cell if cell.startswith(_FORMULA) or _looks_guarded(cell) else cell


def _unguarded(cell: str) -> str:
    return cell.removeprefix(_GUARD) if _looks_guarded(cell) else cell


def _looks_guarded(cell: str) -> bool:
    return cell.startswith(_GUARD) and cell[1:].startswith((*_FORMULA, _GUARD))
