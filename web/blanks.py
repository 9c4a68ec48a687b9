"""Nobody confirms a text in which something is left blank."""

from sqlmodel.ext.asyncio.session import AsyncSession

from models.blanks import Blank, blanks_in
from models.documents import DocumentVersion
from models.problems import InvalidInput, Problem
from storage.documents import texts_of


async def blanks_of(session: AsyncSession, version: DocumentVersion) -> list[Blank]:
    """List what is left blank in a version."""
    return blanks_in((await texts_of(session, version.id)).values())


async def refuse_blanks(session: AsyncSession, version: DocumentVersion) -> None:
    """Refuse to have a version confirmed in which something is left blank.

    Raises:
        InvalidInput: a problem for each blank.
    """
    problems = [
        Problem(
            field=one.field,
            rule=f"holds a blank: ⟦{one.what}⟧",
            remedy="Write what belongs there, without the brackets: starter.py documents version REF N FILE.",
        )
        for one in await blanks_of(session, version)
    ]
    if problems:
        raise InvalidInput(problems)
