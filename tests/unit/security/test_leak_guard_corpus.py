"""The leak guard against the corpus: `⟦⟧` encloses what is planted, the people are those of people.json."""

import json
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from models.case import parse_case
from models.vocabulary import Visibility
from models.yaml_tree import read_yaml
from security.leak_guard import Leak, LeakGuard, SecretKind, secrets_of

CORPUS: Final = Path(__file__).parent / "leak_corpus"
MOST_FALSE_ALARMS: Final = 0.01
PEOPLE: Final = json.loads((CORPUS / "people.json").read_text())
INNOCENT: Final = {path.stem: path.read_text().splitlines() for path in CORPUS.glob("innocent_*.txt")}


def _hostile() -> dict[str, list[dict[str, Any]]]:
    families = defaultdict(list)
    for line in (CORPUS / "hostile.jsonl").read_text().splitlines():
        row = json.loads(line)
        families[row["family"]].append(row)
    return families


HOSTILE: Final = _hostile()


@cache
def _guard() -> LeakGuard:
    secrets = [
        secret for number, person in enumerate(PEOPLE["people"]) for secret in secrets_of(number, **person)
    ]
    return LeakGuard(secrets, allowed=PEOPLE["allowed"], organisations=PEOPLE["organisations"])


def _planted(marked: str) -> tuple[str, int, int]:
    before, rest = marked.split("⟦")
    planted, after = rest.split("⟧")
    return before + planted + after, len(before), len(before) + len(planted)


def _is_caught(row: dict[str, Any]) -> bool:
    """Tell whether the right secret is found in the planted place, and nothing else anywhere."""
    text, start, end = _planted(row["text"])
    leaks = _guard().leaks(text, markup=True)
    inside = all(start <= leak.start < leak.end <= end and leak.person == row["person"] for leak in leaks)
    return inside and any(leak.kind == row["kind"] for leak in leaks)


def test_the_corpus_is_large_and_holds_nothing_twice() -> None:
    hostile = [row["text"] for rows in HOSTILE.values() for row in rows]
    innocent = [line for lines in INNOCENT.values() for line in lines]
    assert len(set(hostile)) == len(hostile) >= 300
    assert len(set(innocent)) == len(innocent) >= 300
    assert min(map(len, HOSTILE.values())) >= 15
    assert sorted(INNOCENT) == ["innocent_en", "innocent_es", "innocent_fr", "innocent_pt"]


def test_the_corpus_tries_every_person_and_every_kind() -> None:
    rows = [row for rows in HOSTILE.values() for row in rows]
    assert min(Counter(row["person"] for row in rows).values()) >= 20
    assert {row["kind"] for row in rows} == {"name", "alias", "phone", "place"}


@pytest.mark.parametrize("family", HOSTILE)
def test_every_hostile_rendering_is_caught_at_its_place(family: str) -> None:
    assert [ascii(row["text"]) for row in HOSTILE[family] if not _is_caught(row)] == []


def test_at_most_one_in_a_hundred_innocent_sentences_alarms() -> None:
    lines = [line for lines in INNOCENT.values() for line in lines]
    alarms = [line for line in lines if _guard().leaks(line, markup=True)]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(lines), alarms


@pytest.mark.parametrize("language", INNOCENT)
def test_a_name_in_the_midst_of_innocent_sentences_is_the_only_find(language: str) -> None:
    lines = [line for line in INNOCENT[language] if not _guard().leaks(line, markup=True)]
    text = "\n\n".join(lines[:40]) + "\n\nItzel Robles\n\n" + "\n\n".join(lines[40:])
    start = text.index("Itzel")
    found = {(leak.person, leak.start, leak.end) for leak in _guard().leaks(text, markup=True)}
    assert found == {(0, start, start + len("Itzel Robles"))}


def test_a_leak_names_nobody() -> None:
    leaks = _guard().leaks("Itzel Robles, 951 000 0001, Barrio Abajo", markup=False)
    assert {type(leak) for leak in leaks} == {Leak}
    shown = repr(leaks) + str(leaks) + repr(_guard())
    assert not any(word in shown for word in ("Itzel", "Robles", "0001", "Abajo"))


@pytest.mark.parametrize("name", ["case.yaml", "case-format.yaml"])
def test_the_texts_of_the_example_cases_may_go_out_and_their_facts_may_not(name: str) -> None:
    text = (Path(__file__).parents[3] / "examples" / name).read_text()
    case = parse_case(read_yaml(text), latest_day=date(2027, 1, 1))
    people = case.people_at_risk
    named = [one.name for one in people if one.visibility is Visibility.NAMED]
    pseudonyms = [one.pseudonym for one in people if one.pseudonym]
    hidden = [one for one in enumerate(people) if one[1].visibility is not Visibility.NAMED]
    guard = LeakGuard(
        (
            secret
            for number, one in hidden
            for secret in secrets_of(number, name=one.name, aliases=one.aliases, private=one.private)
        ),
        allowed=[*named, *pseudonyms],
        organisations=[one.name for one in case.sources],
    )
    for written in (
        case.title,
        *(f"{one.summary}\n{one.body}\n{one.background}" for one in case.texts.values()),
    ):
        assert guard.leaks(written, markup=True) == ()
    kinds = {leak.kind for leak in guard.leaks(text, markup=False)}
    assert kinds == {SecretKind.NAME, SecretKind.ALIAS, SecretKind.PHONE, SecretKind.PLACE}
