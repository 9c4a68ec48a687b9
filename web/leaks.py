"""The leak guard at intake: no text of a case may say what a person at risk did not allow to be said."""

from collections.abc import Iterator

from models.case import CaseFile
from models.problems import InvalidInput, Problem
from models.vocabulary import Visibility
from security.leak_guard import Leak, LeakGuard, line_and_column, secrets_of

_WORDS = {"private": "private detail"}


def refuse_leaks(case: CaseFile) -> None:
    """Refuse a case that names a pseudonymous or withheld person in what is sent, saying where.

    Raises:
        InvalidInput: a problem for each place; it never repeats what stands there.
    """
    guard = _guard_of(case)
    problems = tuple(
        _problem(field, text, leak)
        for field, text in _sent_texts(case)
        for leak in guard.leaks(text, markup=True)
    )
    if problems:
        raise InvalidInput(problems)


def _guard_of(case: CaseFile) -> LeakGuard:
    secrets = [
        secret
        for position, person in enumerate(case.people_at_risk)
        if person.visibility is not Visibility.NAMED
        for secret in secrets_of(
            position, name=person.name, aliases=person.aliases, private=dict(person.private)
        )
    ]
    named = [person.name for person in case.people_at_risk if person.visibility is Visibility.NAMED]
    pseudonyms = [person.pseudonym for person in case.people_at_risk if person.pseudonym]
    return LeakGuard(secrets, allowed=[*named, *pseudonyms])


def _sent_texts(case: CaseFile) -> Iterator[tuple[str, str]]:
    yield "title", case.title
    for language, text in case.texts.items():
        for part in ("summary", "body", "background"):
            yield f"texts.{language}.{part}", getattr(text, part) or ""
    for position, demand in enumerate(case.demands):
        for language, line in demand.items():
            yield f"demands.{position}.{language}", line


def _problem(field: str, text: str, leak: Leak) -> Problem:
    line, column = line_and_column(text, leak.start)
    what = _WORDS.get(leak.kind, leak.kind.value)
    return Problem(
        field=field,
        rule=f"must not hold the {what} of people_at_risk.{leak.person}: line {line}, column {column}",
        remedy="Use her pseudonym, or take it out: she did not allow it to be said.",
    )
