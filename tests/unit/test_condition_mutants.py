"""What `make mutants` adds to mutmut: each condition of SQL is taken out once, and the results are judged."""

from typing import Final

import pytest

from tests.mutation import run
from tests.mutation.conditions import conditions, mutants

MODULE: Final = '''"""A module."""

OPEN = "a.held IS NULL AND a.stopped IS NULL"

_CLAIM: str = text(f"""
    SELECT a.id FROM a JOIN b ON b.id = a.id
    WHERE {OPEN} AND a.n BETWEEN :x AND :y
      AND (b.z = 'x AND y' OR NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id))
    ORDER BY a.id
""")

NUMBER = 3
'''


def _without(sql: str) -> list[str]:
    return [sql[:start] + without + sql[end:] for start, end, without in conditions(sql)]


@pytest.mark.parametrize(
    ("sql", "without"),
    [
        ('"a AND b"', ['"TRUE AND b"', '"a AND TRUE"']),
        ('"a OR b"', ['"FALSE OR b"', '"a OR FALSE"']),
        ('"a OR b AND c"', ['"FALSE OR b AND c"', '"a OR TRUE AND c"', '"a OR b AND TRUE"']),
        ('"a"', []),
        ('"SELECT a FROM b"', []),
        ('"UPDATE a SET b = 1 WHERE c RETURNING d"', ['"UPDATE a SET b = 1 WHERE TRUE RETURNING d"']),
        ('"CASE WHEN a THEN b ELSE c END"', ['"CASE WHEN TRUE THEN b ELSE c END"']),
        ('"x = (a OR b)"', ['"x = (FALSE OR b)"', '"x = (a OR FALSE)"']),
        ('"x IN (1, 2) AND f(y)"', ['"TRUE AND f(y)"', '"x IN (1, 2) AND TRUE"']),
        ('"n BETWEEN 1 AND 2"', []),
        ("\"n = ' AND ' AND {a AND b}\"", ['"TRUE AND {a AND b}"', "\"n = ' AND ' AND TRUE\""]),
    ],
)
def test_each_condition_is_taken_out_alone(sql: str, without: list[str]) -> None:
    assert sorted(_without(sql)) == sorted(without)


def test_the_conditions_of_a_module_are_named_by_line_and_words() -> None:
    found = dict(mutants(MODULE))
    assert set(found) == {
        "3: a.held IS NULL",
        "3: a.stopped IS NULL",
        "6: b.id = a.id",
        "7: {OPEN}",
        "7: a.n BETWEEN :x AND :y",
        "8: (b.z = 'x AND y' OR NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id))",
        "8: b.z = 'x AND y'",
        "8: NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id)",
        "8: c.id = a.id",
    }
    assert found["7: {OPEN}"] == MODULE.replace("{OPEN}", "TRUE")
    assert found["8: b.z = 'x AND y'"] == MODULE.replace("b.z = 'x AND y'", "FALSE")


def test_statements_that_a_function_writes_have_conditions_too() -> None:
    written = 'def f(gate: str) -> TextClause:\n    return text(f"SELECT a FROM b WHERE {gate} AND c")\n'
    assert dict(mutants(written)) == {
        "2: {gate}": written.replace("{gate}", "TRUE"),
        "2: c": written.replace(" c", " TRUE"),
    }


def test_a_module_without_sql_has_no_mutants() -> None:
    assert list(mutants('X = 1\n\n\ndef f() -> str:\n    return "a AND b"\n')) == []


@pytest.mark.parametrize(("survived", "enough"), [(0, True), (2, True), (3, False)])
def test_nine_in_ten_mutants_of_a_group_must_be_found(
    survived: int, capsys: pytest.CaptureFixture[str], *, enough: bool
) -> None:
    codes = {f"killed {number}": 1 for number in range(16)} | {"endless 1": -24, "endless 2": 24}
    odd = {f"survivor {code}": code for code in (0, 33, 35)[:survived]}
    results = [run._judged("a.py", codes), run._judged("b.py", odd, "b.py:")]
    assert run._is_enough("group", results) is enough
    told = capsys.readouterr().out
    assert told.count("survived: b.py:survivor") == survived
    assert f"{18:8}{16:8}{2:9}{0:10}{100:9.1f}" in told


def test_an_unknown_group_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match="no such group of mutants: nothing; there are leak_guard, "):
        run.main(["nothing"])
