"""What a mail shows of a text that changed."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from models.documents import DocumentText
from models.text_changes import MOST_SHOWN, new_lines

LINES = st.lists(st.sampled_from(["una", "otra", "más", "", "  "]), max_size=6)


def text(body: str, *demands: str, background: str | None = None) -> DocumentText:
    return DocumentText(
        version_id=uuid4(),
        language="es",
        headline="Amenazas",
        summary="Dos defensoras.",
        body=body,
        background=background,
        demands=list(demands),
    )


def test_new_lines_of_every_part_are_shown_and_what_is_gone_is_not_repeated() -> None:
    before = text("Siguen juntas.\nLa llamó Pedro.", "Investigar.")
    after = text("Siguen juntas.\n\nHubo otra llamada.", "Investigar.", "Proteger.", background="En julio.")
    assert new_lines(before, after) == (["Hubo otra llamada.", "En julio.", "Proteger."], True, True)


def test_a_text_that_did_not_change_has_nothing_new() -> None:
    assert new_lines(text("Siguen juntas."), text("Siguen juntas.")) == ([], False, True)


def test_a_long_change_is_cut_and_says_so() -> None:
    lines = [f"{number} " + "x" * 999 for number in range(9)]
    shown = new_lines(text("Siguen."), text("\n".join(lines)))
    assert shown.lines == lines[:3]
    assert sum(map(len, shown.lines)) <= MOST_SHOWN
    assert (shown.something_gone, shown.whole) == (True, False)


@given(LINES, LINES)
def test_what_is_shown_is_all_that_is_new_and_nothing_else(before: list[str], after: list[str]) -> None:
    shown = new_lines(text("\n".join(before)), text("\n".join(after)))
    assert set(shown.lines) == {line for line in after if line.strip()} - set(before)
    assert len(shown.lines) == len(set(shown.lines))
    assert shown.something_gone == bool({line for line in before if line.strip()} - set(after))
