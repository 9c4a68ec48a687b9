"""Documents as people read them: in a list, one version whole, and the difference of two."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from console.document_answers import (
    Asked,
    Difference,
    Document,
    Field,
    Language,
    Line,
    Rendering,
    Version,
    WholeVersion,
)
from console.rendering import document_text
from console.words import clock, named, phrase, span

_INDENT = (0, 0, 0, 2)
_HEADING = "bold dim"
_CHANGED, _ADDED, _REMOVED = "changed", "added", "removed"
_STYLES = {_ADDED: "green", _REMOVED: "red", _CHANGED: "yellow"}
_MARKS = {_ADDED: "+", _REMOVED: "-", _CHANGED: "~"}
_READERS = {"public": "everybody", "identified": "authorities"}


def document_list(documents: Sequence[Document]) -> RenderableType:
    """Lay out documents with their versions, newest last."""
    return Group(*(part for document in documents for part in _document(document)))


def _document(document: Document) -> Iterator[RenderableType]:
    yield Text.assemble((document.index, "bold cyan"), "  ", (phrase(document.kind), "bold"))
    if document.sign_on:
        yield Padding(Text(_asked(document.sign_on), style="dim"), _INDENT)
    table = Table(
        *("Version", "Written", "By", "Texts", "Authorities are also told", "Digest"),
        box=None,
        header_style="bold",
        pad_edge=False,
        padding=(0, 3, 0, 0),
    )
    for version in document.versions:
        table.add_row(
            str(version.version),
            Text(clock(version.written_at), no_wrap=True),
            Text(version.written_by),
            Text(_approved(version)),
            Text(_told(version)),
            Text(version.digest[:12], no_wrap=True),
        )
    yield Padding(table, _INDENT)
    yield Text()


def _asked(asked: Asked) -> str:
    release = phrase(asked.release).lower()
    return f"Partners may sign it for {span(asked.closes_after)}; quorum {asked.quorum}, released {release}"


def _approved(version: Version) -> str:
    return "\n".join(_approval(version, language) for language in version.languages)


def _approval(version: Version, language: str) -> str:
    people = ", ".join(one.person for one in version.approvals if one.language == language)
    state = "approved" if language in version.approved else "waiting"
    return f"{language} {state} ({people})" if people else f"{language} {state}"


def _told(version: Version) -> str:
    people = max((one.people for one in version.renderings), default=0)
    return {0: "nobody's name", 1: "one name"}.get(people, f"{people} names")


def version(shown: WholeVersion, languages: Sequence[str] | None = None) -> RenderableType:
    """Show a version word by word, in all languages or in some, with what its readers get."""
    chosen = [one for one in shown.texts if languages is None or one.language in languages]
    parts: list[RenderableType] = [
        Text.assemble((shown.index, "bold cyan"), "  ", (phrase(shown.kind), "bold")),
        Text(_origin(shown), style="dim"),
    ]
    for text in chosen:
        parts += [Text(), *document_text(text), Text(), *_readers(shown, text.language)]
    parts += [Text(), Rule(style="dim"), Text(f"Digest {shown.digest}", overflow="fold")]
    return Group(*parts)


def _origin(shown: WholeVersion) -> str:
    newest = "the newest" if shown.newest else "not the newest"
    return f"Version {shown.version}, {newest}, written by {shown.written_by} {clock(shown.written_at)}"


def _readers(shown: WholeVersion, language: str) -> Iterator[RenderableType]:
    yield Text("What readers get", style=_HEADING)
    for rendering in shown.renderings:
        if rendering.language == language:
            yield Padding(_rendering(rendering), _INDENT)


def _rendering(rendering: Rendering) -> RenderableType:
    who = named(_READERS, rendering.kind)
    told = Text(f"{phrase(who)} (digest {rendering.digest[:12]}): the text")
    if not rendering.people:
        return told
    if rendering.identified is None:
        return told.append(f", and {rendering.people} of the people in it by name")
    people = [f"{one.shown_as or 'not named'} is {one.name}, {one.role}" for one in rendering.identified]
    return Group(told.append(", and"), *(Padding(Text(one), _INDENT) for one in people))


def difference(found: Difference) -> RenderableType:
    """Show what two versions differ in: `-` lines went, `+` lines came, `~` lines changed word by word."""
    parts: list[RenderableType] = [
        Text.assemble((found.index, "bold cyan"), f": from version {found.before} to version {found.after}")
    ]
    for language in found.languages:
        parts += [Text(), *_language(language)]
    parts += [Text(), Text("What readers get", style=_HEADING)]
    for one in found.renderings:
        told = f"{one.language}, {named(_READERS, one.kind)}: {one.change}"
        parts.append(Padding(Text(told, style=_STYLES.get(one.change, "dim")), _INDENT))
    return Group(*parts)


def _language(language: Language) -> Iterator[RenderableType]:
    title = Text(f"Text in {language.language}: {language.change}", style="bold")
    yield Rule(title, align="left", style="dim")
    for field in language.fields:
        if field.lines:
            yield from _field(field)


def _field(field: Field) -> Iterator[RenderableType]:
    yield Text(f"{phrase(field.field)}: {field.change}", style=_HEADING)
    if field.change in _MARKS:
        for line in field.lines:
            yield Text(_MARKS.get(line.change, " ") + " ").append_text(_line(line))


def _line(line: Line) -> Text:
    if line.change != _CHANGED:
        whole = line.after if line.after is not None else line.before
        return Text(whole or "", style=_STYLES.get(line.change, ""))
    told = Text()
    for piece in line.pieces:
        before, after = {_ADDED: ("{+", "+}"), _REMOVED: ("[-", "-]")}.get(piece.change, ("", ""))
        told.append(f"{before}{piece.text}{after}", style=_STYLES.get(piece.change, ""))
    return told
