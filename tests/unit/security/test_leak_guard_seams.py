"""A part that is clear brings nothing that the guard would find in the whole, wherever its edges are."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import escape

from security.leak_guard import LeakGuard, Seam, Secret, SecretKind, secrets_of

SECRETS = secrets_of(
    0,
    name="Jacinta Olvera Montejo",
    aliases=["Doña Maru", "Luz Flores"],
    private={"phone": "+52 967 000 0101", "place": "Callejón del Aljibe, Santa Brígida"},
)
GUARD = LeakGuard(SECRETS)

PIECES = [
    "Jacinta", "Olvera", "Montejo", "Jac", "inta", "Olv", "era", "Maru", "Doña", "Luz", "Flores", "L.", "F.",
    "967", "0000", "101", "0101", "Callejón", "del Aljibe", "J a c", "j4cint4", "Ana", "Ejemplo", "de", "y",
    ",", ".", " ", "\n", "-", "'", "&", "&#74;", "%4A", "=4A", "=\n", "\\u004a", "*", "_", "\u202e", "<!--",
    "<b>", "</b>", "-->", "\u200b", "J\u0430cinta", "https://red.example/u/", "Maria", "Sra.", "flores",
    "atnicaJ",
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
innocent = st.lists(
    st.sampled_from(["Ana", "de", "y", "Ejemplo", "Jac", "Olv", "967", " ", "\n"]), max_size=4
)
before_it = st.builds(str.__add__, innocent.map("".join) | pieces, st.sampled_from(["\n", " ", ">", "(", ""]))
behind_it = st.builds(str.__add__, st.sampled_from([",", ".", " ", "<", ""]), innocent.map("".join) | pieces)


@given(before=before_it, part=pieces, after=behind_it, markup=st.booleans())
@example(before="Querida ", part="Jacinta", after=" Olvera", markup=False)
@example(before="Doña ", part="Maru", after=",", markup=False)
@example(before="", part="Luz", after=" Flores", markup=False)
@example(before="Flores, ", part="L.", after="", markup=False)
@example(before="967 ", part="0000", after=" 101", markup=False)
@example(before="<b>Jac</b>", part="inta", after="", markup=True)
@example(before="&", part="#74;acinta", after="", markup=True)
@example(before="%4", part="Aacinta", after="", markup=True)
@example(before="\u202e", part="atnicaJ", after="", markup=False)
def test_a_clear_part_brings_no_leak(before: str, part: str, after: str, markup: bool) -> None:  # noqa: FBT001 - hypothesis gives it by place
    if not Seam(GUARD, before, after, markup=markup).is_clear(part):
        return  # it is read as a whole
    said = str(escape(part)) if markup else part
    with_it = GUARD.leaks(f"{before}{said}{after}", markup=markup)
    assert len(with_it) == len(GUARD.leaks(f"{before}\ue000{after}", markup=markup))


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        ("Querida Jacinta ", "Olvera", ","),
        ("Querida ", "Jacinta", ","),
        ("Querida Jac-", "inta", " "),
        ("<p>Jac", "inta", "</p>"),
        ("<p>", "Jacinta", "</p>"),
        ("<p>Doña </p><p>", "Maru", "</p>"),
        ("<p>", "O'Jacinta", "</p>"),
        ("<p>967 000 ", "01", "</p><p>01</p>"),
        ("\n", "Luz", " Flores"),
        ("\n", "J\u0430cinta", ",\n"),
        ("\n", "J4cint4", ",\n"),
        ("\n", "", ",\n"),
        ("\n", "Ana & Bea", ",\n"),
        ("\n", "Ana=4A", ",\n"),
        ("\n", "Ana=", "4Aacinta"),
        ("\n", "Ana= ", "\nolvera"),
        ("\n", "Ana\u202e", ",\n"),
        ("\n", "<Ana>", ",\n"),
    ],
)
def test_what_may_be_a_name_across_an_edge_is_read_as_a_whole(before: str, part: str, after: str) -> None:
    assert not Seam(GUARD, before, after, markup=True).is_clear(part)


@pytest.mark.parametrize(
    "part",
    [
        "Ana Ejemplo",
        "Compañera Número 17",
        "Łucja O'Neil-Ćwik",
        "ნინო",
        "https://red.example/u/Ab_-9?lang=es",
    ],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [("\n", ",\nUnas palabras\n"), ('<p style="margin: 0">', "</p>"), ('<a href="', '">x</a>')],
)
def test_usual_parts_are_clear(before: str, part: str, after: str) -> None:
    assert Seam(GUARD, before, after, markup=True).is_clear(part)


def test_nothing_is_clear_beside_a_word_of_a_secret() -> None:
    far = "palabra " * 200
    assert Seam(GUARD, f"Montejo {far}\n", ",", markup=False).is_clear("Ana")
    assert not Seam(GUARD, "Montejo cerca\n", ",", markup=False).is_clear("Ana")
    assert Seam(LeakGuard([]), "Montejo cerca\n", ",", markup=False).is_clear("Ana")


def test_a_guard_without_words_looks_for_numbers() -> None:
    guard = LeakGuard([Secret(0, SecretKind.PHONE, "+52 967 000 0101")])
    assert not Seam(guard, "967 00 ", " 101", markup=False).is_clear("00")
    assert Seam(guard, "967 00 ", " 101", markup=False).is_clear("Ana")
