"""What keeps a change from being editorial: other people, other demands, or a language that is missing."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.document_file import Editorial
from models.documents import DocumentText, DocumentVersion, Rendering
from models.problems import InvalidInput, Problem
from models.vocabulary import DocumentKind
from storage.actions import people_at_risk
from storage.documents import CurrentVersion, NewVersion, renderings_of, texts_of
from storage.editorial import editorial_base
from web.leaks import refuse_leaks_of
from web.services import Services

_INSTEAD = "Leave `editorial` out: those who signed are asked again."


async def mark_editorial(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    current: CurrentVersion,
    new: NewVersion,
    editorial: Editorial,
) -> None:
    """Mark a version as one that says the same as the one that was signed.

    Raises:
        InvalidInput: it does not, as far as that can be seen; or the reason names somebody.
    """
    base = await editorial_base(session, action, current.document)
    problems = [*_of_kind(current.document.kind), *await _material(session, action, base, new)]
    if problems:
        raise InvalidInput(problems)
    await refuse_leaks_of(session, services, action, "editorial.why", editorial.why)
    new.version.editorial_of, new.version.editorial_why = base.id, editorial.why


def _of_kind(kind: DocumentKind) -> Iterator[Problem]:
    if kind is DocumentKind.STOP_ACTION:
        yield Problem(
            field="editorial",
            rule="is nothing that the notice of a stop can be",
            remedy="Leave it out: nobody signs a notice.",
        )


async def _material(
    session: AsyncSession, action: UrgentAction, base: DocumentVersion, new: NewVersion
) -> list[Problem]:
    before, after = await texts_of(session, base.id), {text.language: text for text in new.texts}
    shown = [one.display_name for one in await people_at_risk(session, action.id) if one.display_name]
    told_before, told_after = _told(await renderings_of(session, base.id)), _told(new.renderings)
    problems = list(_missing(before, after))
    for language in sorted(before.keys() & after.keys()):
        problems += _other_text(before[language], after[language], shown)
    if told_before != told_after:
        problems.append(_other_people("editorial"))
    return problems


def _missing(before: Mapping[str, DocumentText], after: Mapping[str, DocumentText]) -> Iterator[Problem]:
    missing = sorted(before.keys() - after.keys())
    if missing:
        yield Problem(
            field="texts",
            rule=f"leaves out {', '.join(missing)}, in which it was signed",
            remedy=f"Write the text in each of {', '.join(sorted(before))}, or: {_INSTEAD}",
        )


def _other_text(before: DocumentText, after: DocumentText, shown: Sequence[str]) -> Iterator[Problem]:
    if before.demands != after.demands:
        yield Problem(
            field=f"texts.{after.language}.demands",
            rule="must stay as it was signed in an editorial change",
            remedy=f"Write the demands as they were, or: {_INSTEAD}",
        )
    if _named_in(before, shown) != _named_in(after, shown):
        yield _other_people(f"texts.{after.language}")


def _other_people(field: str) -> Problem:
    return Problem(
        field=field,
        rule="names other people than the text that was signed",
        remedy=f"Name the same people, or: {_INSTEAD}",
    )


def _named_in(text: DocumentText, shown: Sequence[str]) -> set[str]:
    whole = "\n".join([text.headline, text.summary, text.body, text.background or ""]).casefold()
    return {name for name in shown if name.casefold() in whole}


def _told(renderings: Sequence[Rendering]) -> set[UUID]:
    """Return whom authorities are told of beside a text."""
    return {person for one in renderings for person in one.people}
