"""The leak guard on innocent sentences that nobody tuned it on.

`held_out_*` were written to provoke it: most hold a place, a month, a thing or another person with a name
that is also somebody's, and twenty hold the very names of people.json. `second_*` and `third_*` are plain
sentences of urgent actions; nothing was changed after the third were read.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from security.leak_guard import LeakGuard, secrets_of

CORPUS: Final = Path(__file__).parent / "leak_corpus"
NAMES: Final = (CORPUS / "invented_names.txt").read_text().splitlines()
MOST_FALSE_ALARMS: Final = 0.01
MOST_WHERE_HER_NAME_IS_ANOTHERS: Final = 0.05
"""Of the sentences that were written to provoke: a rare name of hers alarms wherever it stands, by design."""


@cache
def _lines(corpus: str) -> list[str]:
    lines = [
        line for path in sorted(CORPUS.glob(f"{corpus}_??.txt")) for line in path.read_text().splitlines()
    ]
    assert len(set(lines)) == len(lines) >= 100
    return lines


def _guards() -> list[LeakGuard]:
    """Return a guard for each of some cases with three people, in which all the names are met."""
    cases = [NAMES[first : first + 3] for first in range(0, len(NAMES), 3)]
    return [
        LeakGuard(secret for number, name in enumerate(case) for secret in secrets_of(number, name=name))
        for case in cases
    ]


def _rate(guards: list[LeakGuard], lines: list[str]) -> float:
    alarms = sum(bool(guard.leaks(line, markup=True)) for guard in guards for line in lines)
    return alarms / (len(guards) * len(lines))


def _guard_of(people: str) -> LeakGuard:
    tree = json.loads((CORPUS / people).read_text())
    secrets = [one for number, person in enumerate(tree["people"]) for one in secrets_of(number, **person)]
    return LeakGuard(secrets, allowed=tree["allowed"], organisations=tree["organisations"])


@pytest.mark.parametrize("corpus", ["held_out", "second", "third"])
def test_at_most_one_sentence_in_a_hundred_alarms_in_other_cases(corpus: str) -> None:
    assert _rate(_guards(), _lines(corpus)) <= MOST_FALSE_ALARMS


@pytest.mark.parametrize("corpus", ["second", "third"])
@pytest.mark.parametrize("people", ["people.json", "held_out_people.json"])
def test_at_most_one_plain_sentence_in_a_hundred_alarms(people: str, corpus: str) -> None:
    assert _rate([_guard_of(people)], _lines(corpus)) <= MOST_FALSE_ALARMS


@pytest.mark.parametrize("people", ["people.json", "held_out_people.json"])
def test_few_sentences_alarm_that_were_written_to_provoke(people: str) -> None:
    assert _rate([_guard_of(people)], _lines("held_out")) <= MOST_WHERE_HER_NAME_IS_ANOTHERS


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_invented_people_is_found_where_she_is_named(name: str) -> None:
    guard = LeakGuard(secrets_of(0, name=name))
    for text in (
        f"Ayer {name} fue detenida",
        f"We fear for {name.upper()}.",
        f"«{name.replace(' ', chr(10))}»",
    ):
        (leak,) = guard.leaks(text, markup=True)
        assert leak.end - leak.start == len(name)
