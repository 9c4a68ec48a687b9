"""At their edges: grades, patterns, and where a pattern stands in a text that breaks it up."""

import pytest

from security.leak_guard import LeakGuard, Secret, SecretKind
from security.leak_guard.grades import Grade, grade_of
from security.leak_guard.matching import Exemptions, _places
from security.leak_guard.patterns import Phrase, Word, patterns_of

PLURALS = frozenset({"", "s", "es"})
EXACT = frozenset({""})


def _said(name: str, text: str, kind: SecretKind = SecretKind.NAME) -> list[str]:
    leaks = LeakGuard([Secret(0, kind, name)]).leaks(text, markup=False)
    return [text[leak.start : leak.end] for leak in leaks]


def _words(kind: SecretKind, text: str, *allowed: str) -> set[tuple[str, Grade, str, str]]:
    """Return text, grade, name and kind of tails of each word that is looked for."""
    tails = {PLURALS: "plural", EXACT: "exact"}
    patterns = patterns_of(Secret(0, kind, text), allowed)
    words = (pattern for pattern in patterns if isinstance(pattern, Word))
    return {(word.text, word.grade, word.name, tails.get(word.tails, "pet")) for word in words}


def _phrases(kind: SecretKind, text: str) -> set[tuple[str, bool]]:
    patterns = patterns_of(Secret(0, kind, text), ())
    return {(one.text, one.may_be_glued) for one in patterns if isinstance(one, Phrase)}


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        ("itzel", Grade.OWN),
        ("xoch", Grade.OWN),
        ("xoc", Grade.COMMON),
        ("ng", Grade.COMMON),
        ("n", Grade.BOUND),
        ("luz", Grade.COMMON),
        ("desde", Grade.COMMON),
        ("hernandez", Grade.FREQUENT),
        ("mayo", Grade.BOUND),
        ("senora", Grade.BOUND),
        ("2019", Grade.BOUND),
        ("robles", Grade.BOUND),
        ("小明", Grade.OWN),
        ("明", Grade.BOUND),
        ("明a", Grade.OWN),
        ("a明", Grade.COMMON),
        ("\u0e00\u0e01", Grade.OWN),
        ("ดี", Grade.OWN),
    ],
)
def test_a_word_is_graded_by_what_it_proves(word: str, grade: Grade) -> None:
    assert grade_of(word, {"robles"}) is grade


def test_a_word_of_her_own_is_looked_for_in_its_forms() -> None:
    assert _words(SecretKind.NAME, "Roznam") == {
        ("roznam", Grade.OWN, "roznam", "plural"),
        ("roznarn", Grade.OWN, "roznam", "plural"),
        ("roznam", Grade.OWN, "roznam", "pet"),
    }
    assert _words(SecretKind.NAME, "Dadwi") == {
        ("dadwi", Grade.OWN, "dadwi", "plural"),
        ("dadvvi", Grade.OWN, "dadwi", "plural"),
        ("cladwi", Grade.OWN, "dadwi", "plural"),
        ("claclwi", Grade.OWN, "dadwi", "plural"),
        ("dadw", Grade.OWN, "dadwi", "pet"),
    }


@pytest.mark.parametrize(
    ("name", "stems"),
    [
        ("Robles", {"robles", "roble"}),
        ("Rosas", set()),
        ("Chela", {"chel"}),
        ("Tonca", {"tonc", "tonqu"}),
        ("Golga", {"golg", "golgu"}),
        ("Itza", {"itz", "itc"}),
        ("Ixos", {"ixos"}),
        ("Canses", {"canses", "canse"}),
    ],
)
def test_pet_names_are_made_of_its_stems(name: str, stems: set[str]) -> None:
    words = _words(SecretKind.ALIAS, name)
    assert {text for text, _, _, tails in words if tails == "pet"} == stems


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ana", {("ana", Grade.FREQUENT, "ana", "exact")}),
        ("Luz", {("luz", Grade.COMMON, "luz", "exact")}),
        ("Mayo", {("mayo", Grade.BOUND, "mayo", "exact")}),
        ("Xoch", {("xoch", Grade.OWN, "xoch", "plural"), ("xoch", Grade.OWN, "xoch", "pet")}),
        ("Amdw", {("amdw", Grade.OWN, "amdw", "plural"), ("amdw", Grade.OWN, "amdw", "pet")}),
        ("de la", {("de", Grade.COMMON, "de", "exact"), ("la", Grade.COMMON, "la", "exact")}),
    ],
)
def test_a_word_that_others_bear_is_looked_for_as_it_is(
    name: str, words: set[tuple[str, Grade, str, str]]
) -> None:
    assert _words(SecretKind.NAME, name) == words


def test_a_word_that_may_be_said_is_bound() -> None:
    assert _words(SecretKind.NAME, "Itzel", "itzel") == {("itzel", Grade.BOUND, "itzel", "exact")}
    assert _words(SecretKind.PLACE, "Itzel", "itzel") == {("itzel", Grade.BOUND, "itzel", "exact")}


@pytest.mark.parametrize(
    ("kind", "text", "phrases"),
    [
        (SecretKind.NAME, "Ana", set()),
        (SecretKind.NAME, "Li Bo", {("libo", True), ("libo", False), ("boli", False)}),
        (SecretKind.NAME, "L B", set()),
        (
            SecretKind.NAME,
            "Li de Bo",
            {("lidebo", True), ("liclebo", True), ("libo", True), ("libo", False), ("boli", False)},
        ),
        (
            SecretKind.NAME,
            "Ana Li Bo",
            {
                *((text, True) for text in ("analibo", "anali", "libo")),
                *(
                    (text, False)
                    for text in ("liboana", "boanali", "anali", "anabo", "liana", "libo", "boana", "boli")
                ),
            },
        ),
        (SecretKind.ALIAS, "La Luz", {("laluz", True)}),
        (SecretKind.ALIAS, "Luz de Bo", {("luzdebo", True), ("luzclebo", True), ("luzbo", True)}),
        (SecretKind.ALIAS, "Luz", set()),
        (SecretKind.PLACE, "La Luz", {("laluz", True)}),
        (SecretKind.PHONE, "951 123 4567", set()),
    ],
)
def test_the_words_of_a_secret_are_also_looked_for_together(
    kind: SecretKind, text: str, phrases: set[tuple[str, bool]]
) -> None:
    assert {(one, glued or len(one) >= 9) for one, glued in phrases} == _phrases(kind, text)


def test_a_name_of_many_words_is_paired_as_far_as_its_seventh() -> None:
    texts = {text for text, _ in _phrases(SecretKind.NAME, "Aba Eba Iba Oba Uba Aca Eca Ica")}
    assert {"abaeba", "abaeca", "ecaaba"} <= texts
    assert not {"ecaica", "abaica", "icaaba"} & texts
    assert {"ebaibaobaubaacaecaicaaba", "icaabaebaibaobaubaacaeca"} <= texts


def test_umlauts_are_looked_for_in_both_spellings() -> None:
    texts = {text for text, *_ in _words(SecretKind.NAME, "Jäöü ÄÖÜx")}
    assert {"jaou", "jaeoeue", "aoux", "aeoeuex"} <= texts


@pytest.mark.parametrize(
    ("name", "phrases"),
    [
        ("Grupo Tejer", {"grupotejer"}),
        ("Grupo Tejer Libre", {"grupotejerlibre", "tejerlibre"}),
        ("Grupo e Tejer e Libre", {"grupoetejerelibre", "grupotejerlibre", "tejerelibre", "tejerlibre"}),
        ("Tejer Libre Collective", {"tejerlibrecollective", "librecollective"}),
        ("Tejer Collective", {"tejercollective"}),
        ("Colectivo", set()),
    ],
)
def test_a_group_is_looked_for_with_and_without_its_kind(name: str, phrases: set[str]) -> None:
    assert {text for text, _ in _phrases(SecretKind.NAME, name)} == phrases
    assert _words(SecretKind.NAME, name) == set()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Luz Paz", "vimos P azluz", ["P azluz"]),
        ("Luz Flores", "xxluzfloresxx", ["luzflores"]),
        ("Luz Flores", "xxluz-floresxx", ["luz-flores"]),
        ("Luz Flore", "xxluzflorexx", []),
        ("Luz Paz", "xluzpaz", []),
        ("Luz Paz", "luzpaz", ["luzpaz"]),
        ("Luz Paz", "luzpazes", ["luzpaz"]),
        ("Luz Paz", "luzpazx", []),
        ("Luz Paz", "pazluz", []),
        ("Luz Paz", "pa'z-luz", ["pa'z-luz"]),
        ("Luz Flores", "l. u. z. f. l. o. r. e. s", ["l. u. z. f. l. o. r. e. s"]),
        ("Luz Flores", "a l. u. z. f. l. o. r. e. s", ["l. u. z. f. l. o. r. e. s"]),
        ("Luz Flores", "l. uz flores", []),
        ("Luz Flores", "luz\n\nflores", []),
        ("Delmar Iturri", "hay del mar hoy", []),
        ("Delmar Iturri", "hay delm ar hoy", ["delm ar"]),
        ("Delmar Iturri", "hay del, mar", []),
        ("Delmar Iturri", "d'elmar", ["d'elmar"]),
        ("Amaya Luz", "#vivaluz", []),
        ("Martha Hernández", "#vivahernandez", []),
        ("Xoch Luz", "#vivaxoch", []),
        ("Amaya Luz", "la vivaamaya", []),
        ("Amaya Luz", "vivaamaya #", []),
        ("Amaya Luz", "#amayaviva", ["amaya"]),
        ("Lilia", "Lllia vino", ["Lllia"]),
        ("Lilia", "lilla vino", []),
        ("Lilia", "Li1ia", ["Li1ia"]),
        ("Lilia", "L111a", ["L111a"]),
        ("Lilia", "L11ia", ["L11ia"]),
        ("Lilia", "1111a", []),
        ("Lisola", "L150la", ["L150la"]),
        ("Lisola", "L1501a", []),
        ("Roeser", "R0œser", []),
        ("Roeser", "Rœs3r", ["Rœs3r"]),
        ("Itzel", "Itzels", ["Itzels"]),
        ("Itzel", "Itzeles", ["Itzeles"]),
        ("Itzel", "Itzelitas", ["Itzelitas"]),
        ("Itzel", "Itzelesx", []),
        ("Itzel", "Itzelitasx", []),
        ("Itzel", "Itzelabcdefgh", []),
        ("Rosalba", "ros. alba", []),
        ("Rosalba", "ros alba", ["ros alba"]),
        ("Rosalba", "ros-\nalba", ["ros-\nalba"]),
        ("Marla", "Mari-\nta", []),
        ("Ward", "w-a-r-d", ["w-a-r-d"]),
        ("Ward", "wa rd", []),
        ("Ward", "w a r d", ["w a r d"]),
        ("Ward", "wa-rd", ["wa-rd"]),
        ("Luz Mar", "ayer L-uz vino", ["L-uz"]),
        ("Itzel", "Itz-elita", []),
        ("Itzel Itzelita", "la Itzelita Tovar", ["Itzelita"]),
        ("Itzel", "Itz-\nelita", ["Itz-\nelita"]),
        ("Juana Tovilla", "la Jua-\nnita", []),
        ("Ng Wei", "a n g b", []),
        ("Luz Flores", "ayer Flo res vino", []),
        ("Delmar Iturri", "del-mar", ["del-mar"]),
        ("Luz Mar", "ayer L'uz vino", []),
    ],
)
def test_a_name_that_is_broken_up_is_put_together_within_limits(
    name: str, text: str, said: list[str]
) -> None:
    assert _said(name, text) == said


def test_a_needle_is_found_wherever_it_begins() -> None:
    assert list(_places("aaaa-aa", "aa")) == [(0, 2), (1, 3), (2, 4), (5, 7)]
    assert _said("Itzel", "Itzel, Itzel, Itzel") == ["Itzel"] * 3
    assert _said("Itzel", "ItzelItzel") == ["Itzel"] * 2


def test_an_organisation_is_said_only_from_word_to_word() -> None:
    guard = LeakGuard([Secret(0, SecretKind.NAME, "Itzel")], organisations=["Casa Itzel"])
    texts = ("Casa Itzel", "la casa\nITZEL", "subcasa Itzel", "Casa Itzelita")
    assert [len(guard.leaks(text, markup=False)) for text in texts] == [0, 0, 1, 1]


def test_a_place_may_run_over_sentences_and_an_alias_may_not() -> None:
    assert _said("Barrio Abajo", "Barrio. Abajo", SecretKind.PLACE) == ["Barrio. Abajo"]
    assert _said("Barrio Abajo", "Barrio\n\nAbajo", SecretKind.PLACE) == []
    assert _said("La Guardiana", "La. Guardiana", SecretKind.ALIAS) == []
    assert _said("La Guardiana", "La, Guardiana", SecretKind.ALIAS) == []
    assert _said("La Guardiana", "La Guardianas", SecretKind.ALIAS) == ["La Guardiana"]


def test_what_may_be_said_covers_what_is_within_it() -> None:
    exempt = Exemptions([(10, 20), (2, 6), (4, 5), (12, 14)])
    covered = [
        (start, end) for start in range(22) for end in range(start + 1, 22) if exempt.cover(start, end)
    ]
    assert covered == [
        (start, end)
        for start in range(22)
        for end in range(start + 1, 22)
        if (start >= 2 and end <= 6) or (start >= 10 and end <= 20)
    ]
    assert exempt.cover_more_than(10, 19)
    assert exempt.cover_more_than(11, 20)
    assert not exempt.cover_more_than(10, 20)
    assert not exempt.cover_more_than(0, 2)
    assert not Exemptions([]).cover(0, 1)
    assert Exemptions([(0, 2)]).cover_more_than(1, 2)
    assert not Exemptions([(0, 2)]).cover_more_than(0, 2)
