"""What is typed on a partner's page, judged field by field."""

import pytest

from web.signing.typed import email_of, line_problem, name_problem, prose_problem

NAMES = [
    "Amparo Ficticia Ruiz",
    "Ma. Elena Ñúñez-O'Hara",
    "J. R. Pérez",
    "J.R. Pérez",
    "李小龙",
    "Ximena (Red)",
]
ADDRESSES = ["premio.example", "Ana www.premio.example", "https://a", "a@b", "a\\b", "Ana: gane"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_go_into_a_mail(name: str) -> None:
    assert name_problem("field", name, "own_name") == {}


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_leads_somewhere_is_no_name(name: str) -> None:
    assert name_problem("field", name, "own_name") == {"field": "name_leads_somewhere"}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("", "role_missing"), ("x" * 201, "role_invalid"), ("a\nb", "role_invalid"), ("x" * 200, None)],
)
def test_a_line_is_needed_short_and_printable(typed: str, problem: str | None) -> None:
    assert line_problem("field", typed, "role") == ({"field": problem} if problem else {})


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x", "question_missing"),
        ("xy", None),
        ("a\nb", None),
        ("a\tb", "question_invalid"),
        ("x" * 11, "question_invalid"),
    ],
)
def test_some_lines_are_plain_and_neither_too_short_nor_too_long(typed: str, problem: str | None) -> None:
    found = prose_problem("field", typed, "question", 10, 2)
    assert found == ({"field": problem} if problem else {})


def test_an_address_is_taken_in_its_canonical_form_or_not_at_all() -> None:
    assert email_of("ana@MANANTIAL.example") == "ana@manantial.example"
    assert [email_of(one) for one in ("ana", "", "ana@b.example\r\nBcc: x@y.example", "a" * 260)] == [
        None
    ] * 4
