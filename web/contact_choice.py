"""Whether the lists and tags that a release would go by are in the directory."""

from sqlmodel.ext.asyncio.session import AsyncSession

from models.case_parts import ContactSelection
from models.problems import InvalidInput, Problem
from storage.contacts import unknown_choices


async def refuse_unknown_contacts(
    session: AsyncSession, chosen: ContactSelection | None, path: str = "release.contacts"
) -> None:
    """Refuse a selection by what nobody knows.

    Raises:
        InvalidInput: a problem for each list that there is none of, and each tag that no contact has.
    """
    if chosen is None:
        return
    lists, tags = chosen.lists or (), chosen.tags or ()
    unknown = await unknown_choices(session, lists, tags)
    problems = [
        Problem(
            field=f"{path}.lists.{place}",
            rule="is no list",
            remedy="Correct it (starter.py lists list), or make it first: starter.py lists set.",
        )
        for place, slug in enumerate(lists)
        if slug in unknown.lists
    ]
    problems += [
        Problem(
            field=f"{path}.tags.{place}",
            rule="is no contact's tag",
            remedy="Correct it (starter.py contacts list), or tag contacts first.",
        )
        for place, tag in enumerate(tags)
        if tag in unknown.tags
    ]
    if problems:
        raise InvalidInput(problems)
