"""From what a coordinator wrote to a version of a document: what she left out, and what its readers get."""

from collections.abc import Mapping
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.document_file import Wording
from models.documents import DocumentText
from models.problems import InvalidInput, Problem
from storage.changed_facts import demanding_version
from storage.consents import live_uses, newest_consents
from storage.documents import (
    CurrentVersion,
    NewVersion,
    current_versions,
    renderings_of,
    texts_of,
    write_version,
)
from web.authentication import Caller
from web.errors import ApiError
from web.leaks import known_people
from web.page_weight import refuse_heavy
from web.services import Services
from web.versions import new_version

Wordings = Mapping[str, Wording]


async def further_texts(
    session: AsyncSession, action: UrgentAction, wordings: Wordings
) -> list[DocumentText]:
    """Make the texts of a further document: demands that are left out are those of the case now."""
    leading = await _demanding_texts(session, action)
    return [_text(language, one, None, leading.get(language)) for language, one in wordings.items()]


async def changed_texts(
    session: AsyncSession, action: UrgentAction, current: CurrentVersion, wordings: Wordings
) -> list[DocumentText]:
    """Make the texts of another version: headline and demands that are left out stay as they are.

    Raises:
        InvalidInput: a notice leaves out a language in which somebody is to be told.
    """
    before = await texts_of(session, current.version.id)
    is_notice = current.document.is_notice
    if is_notice:
        _refuse_left_out(before, wordings)
    leading = {} if is_notice else await _demanding_texts(session, action)
    return [
        _text(language, one, before.get(language), leading.get(language))
        for language, one in wordings.items()
    ]


async def version_of_texts(
    session: AsyncSession,
    services: Services,
    action: UrgentAction,
    texts: list[DocumentText],
    caller: Caller,
    *,
    notice: bool = False,
    signed: bool = False,
) -> NewVersion:
    """Make a version, with what consents allow now to tell authorities; a notice tells nobody's name.

    `signed` is whether partners are asked to sign it, whatever the case says.

    Raises:
        InvalidInput: a text is too long for the page on which partners sign it.
    """
    if not notice and (signed or action.policy.get("sign_on")):
        refuse_heavy(texts)
    people = [] if notice else await known_people(session, services, action)
    live = live_uses(await newest_consents(session, action.id), action)
    return new_version(uuid4(), texts, caller.person_id, people, live)


async def refuse_unchanged(session: AsyncSession, current: CurrentVersion, new: NewVersion) -> None:
    """Refuse a version of which every reader would get what she gets now.

    Raises:
        ApiError: neither the texts nor what consents allow have changed.
    """
    before = {
        (one.language, one.kind): one.digest for one in await renderings_of(session, current.version.id)
    }
    if before == {(one.language, one.kind): one.digest for one in new.renderings}:
        raise ApiError(
            409,
            "Nothing has changed.",
            f"Version {current.version.number} says exactly this. Change a text, or go on with that version.",
        )


def _refuse_left_out(before: Mapping[str, DocumentText], wordings: Wordings) -> None:
    """Refuse a notice that some of those who received something could not read."""
    left_out = sorted(before.keys() - wordings.keys())
    if left_out:
        rule = f"leaves out {', '.join(left_out)}, in which somebody received something"
        remedy = f"Write the notice in each of {', '.join(sorted(before))}."
        raise InvalidInput((Problem(field="texts", rule=rule, remedy=remedy),))


async def write_again(
    session: AsyncSession, services: Services, action: UrgentAction, caller: Caller
) -> None:
    """Write each document that may still go out again, with the same texts and new renderings."""
    for document, version in await current_versions(session, action.id):
        if not document.is_notice:
            copies = [_copy(text) for text in (await texts_of(session, version.id)).values()]
            asks = bool(document.sign_on)
            new = await version_of_texts(session, services, action, copies, caller, signed=asks)
            await write_version(session, action, document, new, caller.person_id)


def _copy(text: DocumentText) -> DocumentText:
    return DocumentText(id=uuid4(), **text.model_dump(exclude={"id"}))


async def _demanding_texts(session: AsyncSession, action: UrgentAction) -> dict[str, DocumentText]:
    return await texts_of(session, (await demanding_version(session, action)).version.id)


def _text(
    language: str, wording: Wording, before: DocumentText | None, leading: DocumentText | None
) -> DocumentText:
    otherwise = before or leading
    demands = wording.demands if wording.demands is not None else otherwise and otherwise.demands
    return DocumentText(
        version_id=uuid4(),
        language=language,
        headline=wording.headline or _headline(wording, before),
        summary=wording.summary,
        body=wording.body,
        background=wording.background,
        demands=list(demands or []),
    )


def _headline(wording: Wording, before: DocumentText | None) -> str:
    """Keep a headline of its own; one that is the summary follows it."""
    has_its_own = before is not None and before.headline != before.summary
    return before.headline if before and has_its_own else wording.summary
