"""The difference of two versions: whatever they say, both can be read from it again."""

import time
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.documents import DocumentText, Rendering
from models.vocabulary import RenderingKind
from web.differences import FIELDS, difference_of, rendering_changes
from web.document_schemas import Change, FieldView, LanguageView, LineView

WORDS = st.lists(st.sampled_from(["ella", "vive", "vive.", " ", "\n", "  ", "¡no!", "agua"]), max_size=12)
TEXTS = WORDS.map(" ".join) | st.text(max_size=30)


def text(**parts: Any) -> DocumentText:
    said: dict[str, Any] = {
        "headline": "Hoy",
        "summary": "Sumario.",
        "body": "Uno.",
        "background": None,
        "demands": [],
    }
    return DocumentText(version_id=uuid4(), language="es", **{**said, **parts})


def compared(before: DocumentText | None, after: DocumentText | None) -> LanguageView:
    old, new = ({"es": one} if one else {} for one in (before, after))
    (language,) = difference_of(old, new, ["es"])
    return language


def field_of(language: LanguageView, name: str) -> FieldView:
    return next(one for one in language.fields if one.field == name)


def lines(before: str, after: str) -> list[LineView]:
    return field_of(compared(text(body=before), text(body=after)), "body").lines


def pieces(before: str, after: str) -> list[tuple[Change, str]]:
    (line,) = lines(before, after)
    return [(one.change, one.text) for one in line.pieces]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_their_difference(before: str, after: str) -> None:
    shown = lines(before, after)
    assert "\n".join(one.before for one in shown if one.before is not None) == before
    assert "\n".join(one.after for one in shown if one.after is not None) == after
    for line in shown:
        assert (line.change is Change.UNCHANGED) == (line.before == line.after)
        if line.change is Change.CHANGED:
            kept = [one.text for one in line.pieces if one.change is not Change.ADDED]
            new = [one.text for one in line.pieces if one.change is not Change.REMOVED]
            assert ("".join(kept), "".join(new)) == (line.before, line.after)
        else:
            assert line.pieces == []


def test_words_are_told_apart_and_space_that_stays_is_no_change() -> None:
    assert pieces("Viven cuatro familias aquí.", "Viven cinco familias aquí.") == [
        (Change.UNCHANGED, "Viven"),
        (Change.UNCHANGED, " "),
        (Change.REMOVED, "cuatro"),
        (Change.ADDED, "cinco"),
        (Change.UNCHANGED, " familias aquí."),
    ]
    assert pieces("Ella vive", "Ella vive hoy") == [(Change.UNCHANGED, "Ella vive"), (Change.ADDED, " hoy")]


def test_lines_that_came_or_went_stand_between_those_that_stayed() -> None:
    changes = [(one.change, one.before, one.after) for one in lines("uno\ndos\ntres", "uno\ntres\ncuatro")]
    assert changes == [
        (Change.UNCHANGED, "uno", "uno"),
        (Change.REMOVED, "dos", None),
        (Change.UNCHANGED, "tres", "tres"),
        (Change.ADDED, None, "cuatro"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (text(), text(), Change.UNCHANGED),
        (text(), None, Change.REMOVED),
        (None, text(), Change.ADDED),
        (text(), text(summary="Otro."), Change.CHANGED),
        (text(demands=["Uno."]), text(demands=["Dos."]), Change.CHANGED),
    ],
)
def test_a_language_is_told_as_a_whole(
    before: DocumentText | None, after: DocumentText | None, change: Change
) -> None:
    told = compared(before, after)
    assert told.change is change
    assert tuple(one.field for one in told.fields) == FIELDS


def test_a_field_that_is_empty_on_one_side_was_added_or_removed() -> None:
    told = compared(text(demands=["Uno."]), text(background="Antes."))
    assert field_of(told, "demands").change is Change.REMOVED
    assert field_of(told, "background").change is Change.ADDED
    assert [one.before for one in field_of(told, "demands").lines] == ["Uno."]


def test_a_very_long_paragraph_is_shown_as_replaced_between_what_stayed_and_soon() -> None:
    middle, other = " ".join(f"a{n}" for n in range(3000)), " ".join(f"b{n}" for n in range(3000))
    started = time.perf_counter()
    shown = pieces(f"Al principio {middle} al fin", f"Al principio {other} al fin")
    assert time.perf_counter() - started < 5
    assert [change for change, _ in shown] == [
        Change.UNCHANGED,
        Change.UNCHANGED,
        Change.REMOVED,
        Change.ADDED,
        Change.UNCHANGED,
    ]
    assert shown[0][1] + shown[1][1] == "Al principio "
    assert shown[-1][1] == " al fin"


def test_renderings_are_compared_by_what_readers_get() -> None:
    def rendering(kind: RenderingKind, digest: bytes) -> Rendering:
        return Rendering(version_id=uuid4(), language="es", kind=kind, people=[], digest=digest)

    public, identified = RenderingKind.PUBLIC, RenderingKind.IDENTIFIED
    before = [rendering(public, b"a"), rendering(identified, b"b")]
    assert _changes(before, before) == {public: "unchanged", identified: "unchanged"}
    assert _changes(before, before[:1]) == {public: "unchanged", identified: "removed"}
    assert _changes(before[:1], [rendering(public, b"c"), before[1]]) == {
        public: "changed",
        identified: "added",
    }


def _changes(before: list[Rendering], after: list[Rendering]) -> dict[RenderingKind, str]:
    return {one.kind: one.change.value for one in rendering_changes(before, after)}
