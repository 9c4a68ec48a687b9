"""The ways in which a reader or a program may read one text, each with the way back to the original.

What hides a name in one reading shows it in another (a name may stand in an attribute or a comment), so all
readings are searched, the undecoded one always among them.
"""

import html
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

_SOFT_BREAK: Final = re.compile(r"=[ \t]{0,76}\r?\n")
_QUOTED: Final = re.compile(r"(?:=[0-9A-Fa-f]{2})++")
_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_ESCAPED: Final = re.compile(r"(?:\\u[0-9A-Fa-f]{4})++")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")
_TAG: Final = re.compile(r"""<[A-Za-z/!?](?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>|<[A-Za-z/!?][^<>]*+>""")
_LINK_REST: Final = re.compile(r"\]\([^()\n]*+\)|\]\[[^\[\]\n]*+\]|!?\[")
_MARKS: Final = re.compile(r"[*_~`\\]++")
_REVERSED: Final = re.compile("[\u202e\u2067]([^\u202c\u2069\n]++)")
_BLOCK: Final = re.compile(
    r"</?(?:address|article|blockquote|br|dd|div|dl|dt|fig|footer|h[1-6r]|header|li|main|nav|ol|option|p|pre|section"
    r"|t(?:able|body|d|foot|h|head|itle|r)|ul)(?![A-Za-z0-9])",
    re.IGNORECASE,
)


class View:
    """A reading of a text; where its characters stand in the original is worked out when it is asked for."""

    def __init__(self, text: str, places: "Callable[[], tuple[array[int], array[int]]]") -> None:
        self.text = text
        self._places = places

    @cached_property
    def places(self) -> "tuple[array[int], array[int]]":
        """Return the starts and ends of what the characters stand for: original[starts[i]:ends[i]]."""
        return self._places()

    def place(self, number: int) -> tuple[int, int]:
        """Return where the original has what one character stands for."""
        starts, ends = self.places
        return starts[number], ends[number]


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def plain_view(text: str) -> View:
    """Return the text as it is."""
    return View(text, lambda: (array("q", range(len(text))), array("q", range(1, len(text) + 1))))


def readings(text: str, *, markup: bool) -> tuple[View, ...]:
    """Return the different readings of a text, at most twelve."""
    plain = plain_view(text)
    views = [plain]
    for base in (plain, _without_quoted_printable(plain)):
        views += [base, _decoded(base, markup=markup)]
        views += [_decoded(_unmarked(_without_tags(base)), markup=True)] if markup else []
    views += [_turned(view) for view in views]
    return tuple({view.text: view for view in views}.values())


def _changed(view: View, changes: Iterable[_Change]) -> View:
    made = list(changes)
    if not made:
        return view
    pieces: list[str] = []
    done = 0
    for start, end, text in made:
        pieces += (view.text[done:start], text)
        done = end
    return View("".join(pieces) + view.text[done:], lambda: _places_after(view, made))


def _places_after(view: View, changes: list[_Change]) -> "tuple[array[int], array[int]]":
    """Return where characters stand after changes: a new one stands for the whole of what it replaces."""
    old_starts, old_ends = view.places
    starts, ends = array("q"), array("q")
    done = 0
    for start, end, text in changes:
        starts += old_starts[done:start] + array("q", [old_starts[start]]) * len(text)
        ends += old_ends[done:start] + array("q", [old_ends[end - 1]]) * len(text)
        done = end
    return starts + old_starts[done:], ends + old_ends[done:]


def _rewritten(view: View, pattern: re.Pattern[str], meaning: Callable[[str], str]) -> View:
    found = ((match.start(), match.end(), match[0]) for match in pattern.finditer(view.text))
    changes = (_Change(start, end, meaning(old)) for start, end, old in found)
    return _changed(
        view, (change for change in changes if change.text != view.text[change.start : change.end])
    )


def _bytes_as_text(digits: str) -> str:
    octets = bytes.fromhex(digits)
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "ignore")


def _percent(found: str) -> str:
    return _bytes_as_text(found.replace("%", ""))


def _quoted(found: str) -> str:
    return _bytes_as_text(found.replace("=", ""))


def _escaped(found: str) -> str:
    return bytes.fromhex(found.replace("\\u", "")).decode("utf-16-be", "ignore")


def _nothing(_found: str) -> str:
    return ""


def _decoded(view: View, *, markup: bool) -> View:
    """Undo the escapes of JSON, of addresses and of HTML, twice, since they are met within each other."""
    for _ in range(2):
        view = _rewritten(view, _ESCAPED, _escaped)
        view = _rewritten(view, _ENTITY, html.unescape) if markup else view
        view = _rewritten(view, _PERCENT, _percent)
    return view


def _without_quoted_printable(view: View) -> View:
    return _rewritten(_rewritten(view, _SOFT_BREAK, _nothing), _QUOTED, _quoted)


def _comments(text: str) -> Iterator[_Change]:
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        yield _Change(start, end + 3, "")
        start = text.find("<!--", end + 3)


def _tag(found: str) -> str:
    return "\n" if _BLOCK.match(found) else ""


def _without_tags(view: View) -> View:
    return _rewritten(_changed(view, _comments(view.text)), _TAG, _tag)


def _unmarked(view: View) -> View:
    """Take Markdown's marks away: those of links first, whose addresses may hold the others."""
    return _rewritten(_rewritten(view, _LINK_REST, _nothing), _MARKS, _nothing)


def _turned(view: View) -> View:
    """Put what is written from right to left by force into the order in which it is seen."""
    text = view.text
    if not _REVERSED.search(text):
        return view
    pieces: list[str] = []
    done = 0
    for match in _REVERSED.finditer(text):
        first, last = match.span(1)
        pieces += (text[done:first], text[first:last][::-1])
        done = last
    return View("".join(pieces) + text[done:], lambda: _places_turned(view))


def _places_turned(view: View) -> "tuple[array[int], array[int]]":
    starts, ends = view.places[0][:], view.places[1][:]
    for match in _REVERSED.finditer(view.text):
        first, last = match.span(1)
        starts[first:last], ends[first:last] = starts[first:last][::-1], ends[first:last][::-1]
    return starts, ends
