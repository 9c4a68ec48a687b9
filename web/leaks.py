"""The leak guard over texts: none of a case may say what a person at risk did not allow to be said."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.case import CaseFile
from models.documents import DocumentText, DocumentVersion
from models.problems import InvalidInput, Problem
from models.records import EventKind
from models.verification import text_in
from models.vocabulary import Disclosure, Visibility
from security.leak_guard import LeakGuard, SecretKind, line_and_column, secrets_of
from security.naming import KnownPerson, LiveUses, guard_over, open_identity
from storage.actions import people_at_risk
from storage.consents import is_asked_again, live_uses, newest_consents
from storage.documents import current_versions, texts_of
from storage.records import record
from web.services import Services

_WORDS = {"private": "private detail"}
_READ = {"fields": ["identities"], "why": "leak_guard"}


class FoundLeak(NamedTuple):
    """Where a text says what of whom, by her position in the case; lines and columns are counted from 1."""

    field: str
    kind: SecretKind
    person: int
    line: int
    column: int


class _Place(NamedTuple):
    field: str
    text: str


def refuse_leaks(case: CaseFile) -> None:
    """Refuse a case that names a pseudonymous or withheld person in what is sent, saying where.

    Raises:
        InvalidInput: a problem for each place; it never repeats what stands there.
    """
    _refuse(_found(_guard_of(case), _sent_texts(case)))


async def refuse_unnamed(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    version: DocumentVersion,
    confirms: Collection[str],
) -> None:
    """Refuse the approval of texts that name somebody who may not be named in public now, saying where.

    Raises:
        InvalidInput: a problem for each place; it never repeats what stands there.
    """
    _refuse(await unnamed_in(session, services, action, version, confirms))


async def refuse_leaks_in(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    texts: Sequence[DocumentText],
    *,
    draft: bool = False,
) -> None:
    """Refuse texts that name somebody who may not be named in public now, saying where.

    A draft of a reopened action may name those who are yet to be asked again, and had not said no before.

    Raises:
        InvalidInput: a problem for each place; it never repeats what stands there.
    """
    people = await known_people(session, services, action)
    consents = await newest_consents(session, action.id)
    live = live_uses(consents, action)
    if draft:
        live |= {(one.person_at_risk_id, one.use) for one in consents if is_asked_again(one, action)}
    _refuse(_found(public_guard(people, live), _places_in(texts)))


async def refuse_leaks_of(
    session: AsyncSession, services: Services, action: UrgentAction, field: str, text: str
) -> None:
    """Refuse a single text that names somebody who may not be named in public now, saying where.

    Raises:
        InvalidInput: a problem for each place; it never repeats what stands there.
    """
    _refuse(_found(await _guard_now(session, services, action), [_Place(field, text)]))


async def unnamed_in(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    version: DocumentVersion,
    confirms: Collection[str],
) -> list[FoundLeak]:
    """Find where texts that somebody approves name one who may not be named in public now."""
    texts = await texts_of(session, version.id)
    approved = [texts[language] for language in sorted(texts) if text_in(language) in confirms]
    return _found(await _guard_now(session, services, action), _places_in(approved)) if approved else []


async def leaks_now(services: Services, action: UrgentAction) -> list[Problem]:
    """Find where the current texts of an action name somebody who may not be named in public now.

    They are read behind the transaction, in a thread: nobody who decides is kept waiting.
    """
    places: list[_Place] = []
    async with services.database.transaction() as session:
        for document, version in await current_versions(session, action.id):
            texts = await texts_of(session, version.id)
            within = _places_in(texts[language] for language in sorted(texts))
            places += [one._replace(field=f"documents.{document.number}.{one.field}") for one in within]
        guard = await _guard_now(session, services, action)
    return list(map(_problem, await asyncio.to_thread(_found, guard, places)))


async def known_people(session: AsyncSession, services: Services, action: UrgentAction) -> list[KnownPerson]:
    """Open who the people at risk are, for the guard and for what authorities are told."""
    await record(session, action.id, EventKind.PRIVATE_READ, detail=_READ)
    return [open_identity(services.cipher, person) for person in await people_at_risk(session, action.id)]


async def _guard_now(session: AsyncSession, services: Services, action: UrgentAction) -> LeakGuard:
    live = live_uses(await newest_consents(session, action.id), action)
    return public_guard(await known_people(session, services, action), live)


def public_guard(people: Sequence[KnownPerson], live: LiveUses) -> LeakGuard:
    """Make the guard over what anybody may read."""
    named = {one.person.id for one in people if one.may_be_named_to(Disclosure.PUBLIC, live)}
    return guard_over(people, named)


def _found(guard: LeakGuard, places: Iterable[_Place]) -> list[FoundLeak]:
    return [
        FoundLeak(place.field, leak.kind, leak.person, *line_and_column(place.text, leak.start))
        for place in places
        for leak in guard.leaks(place.text, markup=True)
    ]


def _refuse(leaks: Iterable[FoundLeak]) -> None:
    problems = tuple(map(_problem, leaks))
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


def _sent_texts(case: CaseFile) -> Iterator[_Place]:
    yield _Place("title", case.title)
    for language, text in case.texts.items():
        for part in ("summary", "body", "background"):
            yield _Place(f"texts.{language}.{part}", getattr(text, part) or "")
    for position, demand in enumerate(case.demands):
        for language, line in demand.items():
            yield _Place(f"demands.{position}.{language}", line)


def _places_in(texts: Iterable[DocumentText]) -> Iterator[_Place]:
    for text in texts:
        for part in ("headline", "summary", "body", "background"):
            yield _Place(f"texts.{text.language}.{part}", getattr(text, part) or "")
        for position, demand in enumerate(text.demands):
            yield _Place(f"texts.{text.language}.demands.{position}", demand)


def _problem(leak: FoundLeak) -> Problem:
    what, where = _WORDS.get(leak.kind, leak.kind.value), f"line {leak.line}, column {leak.column}"
    return Problem(
        field=leak.field,
        rule=f"must not hold the {what} of people_at_risk.{leak.person}: {where}",
        remedy="Use her pseudonym, or take it out: she did not allow it to be said.",
    )
