"""Setting the letter that a coordinator prints, and its last reading by the leak guard."""

import asyncio

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import rendering_digest
from models.letters import Letter
from models.outbox import Delivery
from models.vocabulary import RenderingKind
from security.leak_guard import LeakGuard
from security.naming import KnownPerson, guard_over
from storage.contents import Contents, contents_of, recipients_of
from storage.letter_content import addressee_of, letter_of
from templates.letter.press import PrintedLetter, UnsettableError
from web.errors import ApiError
from web.leaks import known_people
from web.services import Services


async def set_letter(
    session: AsyncSession, services: Services, action: UrgentAction, delivery: Delivery
) -> tuple[Letter, PrintedLetter]:
    """Set a letter that was taken through the gate.

    Raises:
        ApiError: it names somebody who must not be named to its reader, or needs an alphabet without a font.
        ValueError: what would be printed is not what was approved.
    """
    contents = await contents_of(session, delivery.dispatch_id)
    recipient = (await recipients_of(session, [delivery]))[delivery.id]
    people = await known_people(session, services, action)
    beside = _named_beside(contents, delivery, people)
    identified = [one.identified(delivery.language) for one in beside]
    if rendering_digest(contents.texts[delivery.language], identified) != delivery.digest:
        raise ValueError("the rendering is not the one that was approved")
    addressee = addressee_of(delivery, recipient)
    letter = letter_of(
        contents,
        delivery.language,
        services.time_zone,
        readers=delivery.disclosure,
        identified=identified,
        addressee=addressee,
    )
    printed = await asyncio.to_thread(_set, services, letter)
    others = [*addressee.lines, *(name for name, _ in letter.signatories)]
    guard = _guard(contents, delivery, people, beside, others)
    if await asyncio.to_thread(_names_somebody, guard, letter, printed):
        raise ApiError(
            409,
            "This letter names somebody who must not be named to its reader.",
            "Write a version without the name: starter.py documents version REF N.",
        )
    return letter, printed


def _set(services: Services, letter: Letter) -> PrintedLetter:
    try:
        return services.press.printed(letter)
    except UnsettableError:
        raise ApiError(
            409,
            "This letter is written in an alphabet for which there is no font.",
            "Ask the operator to set ACUERPA_LETTER_FONTS.",
        ) from None


def _names_somebody(guard: LeakGuard, letter: Letter, printed: PrintedLetter) -> bool:
    return bool(guard.leaks(printed.text, markup=False)) or any(
        guard.leaks(text, markup=True) for text in letter.texts()
    )


def _guard(
    contents: Contents,
    delivery: Delivery,
    people: list[KnownPerson],
    beside: list[KnownPerson],
    others: list[str],
) -> LeakGuard:
    allowed = [one for one in people if one.may_be_named_to(delivery.disclosure, contents.live_uses)]
    return guard_over(people, {one.person.id for one in [*allowed, *beside]}, others=others)


def _named_beside(contents: Contents, delivery: Delivery, people: list[KnownPerson]) -> list[KnownPerson]:
    """List whom the letter names beside its text, as the claim decided."""
    told = [
        one
        for one in contents.renderings
        if (one.language, one.kind) == (delivery.language, RenderingKind.IDENTIFIED)
    ]
    if delivery.rendering is not RenderingKind.IDENTIFIED or not told:
        return []
    return [one for one in people if one.person.id in told[0].people]
