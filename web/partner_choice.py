"""Whether the partners that a sign-on would ask are in the directory."""

from sqlmodel.ext.asyncio.session import AsyncSession

from models.case_sign_on import DocumentSignOn, PartnerSelection
from models.problems import InvalidInput, Problem
from storage.partners import unknown_choices


async def refuse_unknown_partners(session: AsyncSession, sign_on: DocumentSignOn | None) -> None:
    """Refuse a sign-on among partners that nobody knows.

    Raises:
        InvalidInput: a problem for each group and id that the directory does not have.
    """
    chosen = sign_on.partners if sign_on else None
    if not isinstance(chosen, PartnerSelection):
        return
    groups, ids = chosen.groups or (), chosen.ids or ()
    unknown = await unknown_choices(session, groups, ids)
    problems = [
        _problem(f"sign_on.partners.groups.{place}", "has no partner in the directory")
        for place, group in enumerate(groups)
        if group in unknown.groups
    ]
    problems += [
        _problem(f"sign_on.partners.ids.{place}", "is no partner of the directory")
        for place, slug in enumerate(ids)
        if slug in unknown.ids
    ]
    if problems:
        raise InvalidInput(problems)


def _problem(field: str, rule: str) -> Problem:
    remedy = "Correct it (starter.py partners list), or import the partner first."
    return Problem(field=field, rule=rule, remedy=remedy)
