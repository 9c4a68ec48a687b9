"""The readings of one text: what is undone, and where each character stood."""

import pytest

from security.leak_guard import LeakGuard, Secret, SecretKind
from security.leak_guard.views import View, plain_view, readings


def _read(text: str, *, markup: bool = True) -> list[str]:
    return [view.text for view in readings(text, markup=markup)]


def _said(name: str, text: str, *, markup: bool = True) -> list[str]:
    leaks = LeakGuard([Secret(0, SecretKind.NAME, name)]).leaks(text, markup=markup)
    return [text[leak.start : leak.end] for leak in leaks]


def _view(text: str, read: str, *, markup: bool = True) -> View:
    (view,) = [view for view in readings(text, markup=markup) if view.text == read]
    return view


def _origins(text: str, read: str) -> list[str]:
    """Return for each character of a reading what it stands for."""
    view = _view(text, read)
    return [text[slice(*view.place(number))] for number in range(len(read))]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("%49tzel", "Itzel"),
        ("Mar%C3%ADa", "María"),
        ("Mar%EDa", "María"),
        ("%81Mar%EDa", "\x81María".replace("\x81", "")),
        ("%EDa%C3%AD", "íaí"),
        ("\\u0049tzel", "Itzel"),
        ("\\u00edA", "íA"),
        ("\\ud800A", "A"),
        ("\\ud83d\\ude42", "🙂"),
        ("&#73;tzel", "Itzel"),
        ("&#x49;tzel", "Itzel"),
        ("&#X49tzel", "Itzel"),
        ("&Iacute;a", "Ía"),
        ("&amp;#73;tzel", "Itzel"),
        ("%2549tzel", "Itzel"),
        ("&#37;49tzel", "Itzel"),
        ("\\u002549tzel", "Itzel"),
        ("It=\nzel", "Itzel"),
        ("It= \r\nzel", "Itzel"),
        ("Mar=C3=ADa", "María"),
        ("Mar=EDa", "María"),
        ("<b>It</b>zel", "Itzel"),
        ("It<!-- a > b -->zel", "Itzel"),
        ("It<!-- a > b --><!-- c > d -->zel", "Itzel"),
        ("<!-- a > b -->Itzel", "Itzel"),
        ("<!-- > -->I<!-- > -->t<!-- > -->zel", "Itzel"),
        ("It<!---->zel > <!-- x -->", "Itzel > "),
        ("<!-- x <!-->Itzel<!-- y -->", "Itzel"),
        ("It<br>zel", "It\nzel"),
        ("It</P >zel", "It\nzel"),
        ("It<progress>zel", "Itzel"),
        ("It<a title='>'>zel", "Itzel"),
        ("It<a title='>zel", "Itzel"),
        ("**It**zel", "Itzel"),
        ("[It](https://a.example/_*)zel", "Itzel"),
        ("![It][1]zel", "Itzel"),
        ("It\\_zel", "Itzel"),
        ("a\u202elez\u202c b", "a\u202ezel\u202c b"),
        ("a\u2067lez\u2069", "a\u2067zel\u2069"),
        ("a\u202elez\nb", "a\u202ezel\nb"),
    ],
)
def test_what_is_written_for_a_program_is_read_as_a_person_sees_it(text: str, read: str) -> None:
    assert read in _read(text)
    assert text in _read(text)


@pytest.mark.parametrize(
    "text", ["It<!-- zel", "50%", "5 % 4", "=", "&;", "&#;", "\\u00", "a < b", "](", "%4"]
)
def test_what_is_not_complete_is_left_as_it_is(text: str) -> None:
    assert set(_read(text, markup=False)) == {text}
    assert all(read.replace("\\", "") == text.replace("\\", "") for read in _read(text))


def test_what_is_written_within_itself_is_undone_twice() -> None:
    assert "Itzel" in _read("%2549tzel")
    assert "%49tzel" in _read("%252549tzel")
    assert "Itzel" not in _read("%252549tzel")


def test_markup_is_left_alone_where_there_is_none() -> None:
    assert _read("<b>I&#116;zel</b> %49", markup=False) == ["<b>I&#116;zel</b> %49", "<b>I&#116;zel</b> I"]


@pytest.mark.parametrize("text", ["a", "", "nothing is hidden here"])
def test_a_text_that_hides_nothing_has_one_reading(text: str) -> None:
    assert _read(text) == [text]


@pytest.mark.parametrize(
    ("text", "read", "origins"),
    [
        ("a%C3%ADb", "aíb", ["a", "%C3%AD", "b"]),
        ("&#73;t<b>z</b>", "Itz", ["&#73;", "t", "z"]),
        ("%2549", "I", ["%2549"]),
        ("a<br>b", "a\nb", ["a", "<br>", "b"]),
        ("=\nab=\nc", "abc", ["a", "b", "c"]),
        ("%41%42c", "ABc", ["%41%42", "%41%42", "c"]),
        ("a\u202ecb\u202cd", "a\u202ebc\u202cd", ["a", "\u202e", "b", "c", "\u202c", "d"]),
        (
            "\u202eba\u202c\u202edc",
            "\u202eab\u202c\u202ecd",
            ["\u202e", "a", "b", "\u202c", "\u202e", "c", "d"],
        ),
        ("%41\u202e%43%42", "A\u202eBC", ["%41", "\u202e", "%43%42", "%43%42"]),
    ],
)
def test_each_character_knows_what_it_stands_for(text: str, read: str, origins: list[str]) -> None:
    assert _origins(text, read) == origins


def test_a_plain_reading_stands_for_itself() -> None:
    assert [plain_view("abc").place(number) for number in range(3)] == [(0, 1), (1, 2), (2, 3)]


def test_a_line_of_its_own_divides_and_a_mark_within_a_line_does_not() -> None:
    assert _said("Luz Flores", "Sra. L<b>u</b>z") == ["L<b>u</b>z"]
    assert _said("Luz Flores", "Sra. L<br>uz") == []
    assert _said("Itzel Robles", "de Itzel<br>Robles hoy") == ["Itzel<br>Robles"]


def test_a_name_is_found_with_all_that_hides_it() -> None:
    assert _said("Itzel", "a <i>&#73;</i>t<!-- - -->z%65l. b") == ["&#73;</i>t<!-- - -->z%65l"]
    assert _said("Itzel", "a \u202elezt\u202cI") == []
    assert _said("Itzel", "a \u202elezt%49\u202c.") == ["lezt%49"]
