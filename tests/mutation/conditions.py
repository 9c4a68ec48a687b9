"""Mutants of SQL, which mutmut leaves alone: each takes one condition out of one statement."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

_TOKENS: Final = re.compile(
    r"""(?P<opaque>'[^']*'|\{[^{}]*\}|\bBETWEEN\s+\S+\s+AND\b)|(?P<open>\()|(?P<close>\))|(?P<both>\bAND\b)
    |(?P<either>\bOR\b)|(?P<begin>\b(?:WHERE|WHEN|ON)\b)|(?P<edge>"{1,3})
    |(?P<end>\b(?:SELECT|THEN|ORDER|GROUP|LIMIT|FOR|RETURNING|FROM|SET|UNION|VALUES|CONFLICT|JOIN|CASE|ELSE)\b)""",
    re.VERBOSE,
)


class Condition(NamedTuple):
    """A condition at source[start:end], and what it is when it is taken out."""

    start: int
    end: int
    without: str


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Return each condition of a module, by its line and words, and the module without it."""
    lines = source.splitlines(keepends=True)
    for value in _statements(ast.parse(source)):
        start = sum(map(len, lines[: value.lineno - 1])) + value.col_offset
        for first, last, without in conditions(ast.get_source_segment(source, value) or ""):
            whole = source[: start + first] + without + source[start + last :]
            line = source.count("\n", 0, start + first) + 1
            yield f"{line}: {' '.join(source[start + first : start + last].split())}", whole


def _statements(module: ast.Module) -> Iterator[ast.expr]:
    """Return where SQL may stand: the constants of a module, and what its functions give to `text`."""
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            yield statement.value
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                    yield from node.args


def conditions(sql: str) -> Iterator[Condition]:
    """Return the operands of AND and OR, and what stands alone behind WHERE, WHEN and ON."""
    for operands in _operand_lists(sql):
        for (start, end, operator), (_, _, after) in pairwise([*operands, (0, 0, "")]):
            text = sql[start:end].rstrip()
            begin = end - len(sql[start:end].lstrip())
            if text.strip() and {operator, after} & {"both", "either", "begin"}:
                alternative = "either" in {operator, after} and "both" not in {operator, after}
                yield Condition(begin, start + len(text), "FALSE" if alternative else "TRUE")


def _operand_lists(sql: str) -> Iterator[list[tuple[int, int, str]]]:
    """Return lists of operands that AND or OR join at one depth, each with what leads to it."""
    stack: list[list[tuple[int, int, str]]] = [[]]
    begun: list[tuple[int, str] | None] = [None]
    for token in _TOKENS.finditer(sql):
        kind = token.lastgroup or ""
        if kind == "opaque":
            continue
        if kind == "open":
            stack.append([])
            begun.append((token.end(), "open"))
            continue
        if begun[-1] is not None:
            stack[-1].append((begun[-1][0], token.start(), begun[-1][1]))
        begun[-1] = (token.end(), kind) if kind in {"both", "either", "begin", "edge"} else None
        if kind not in {"both", "either"}:
            yield stack[-1]
            stack[-1] = []
        if kind == "close":
            stack.pop()
            begun.pop()
