"""From the rows of consents to what the API answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import PersonAtRisk, UrgentAction
from models.consents import Consent, ConsentPassage
from models.vocabulary import ConsentUse
from storage import actions, consents, people
from web.consent_schemas import ConsentRecordView, PassageView, PersonConsentsView, UseView


async def consents_view(session: AsyncSession, action: UrgentAction) -> list[PersonConsentsView]:
    """Show what each person at risk allows, with all that was ever recorded."""
    rows = await consents.consents_of(session, action.id)
    names = await people.names_of(session, {row.recorded_by for row in rows if row.recorded_by})
    passed = {one.person_at_risk_id: one for one in await consents.passages(session, action.id)}
    shown = []
    for person in await actions.people_at_risk(session, action.id):
        hers = [row for row in rows if row.person_at_risk_id == person.id]
        uses = [_use(action, use, [row for row in hers if row.use is use], names) for use in ConsentUse]
        shown.append(_person(person, passed.get(person.id), [use for use in uses if use.records]))
    return shown


def _person(person: PersonAtRisk, passage: ConsentPassage | None, uses: list[UseView]) -> PersonConsentsView:
    return PersonConsentsView(
        position=person.position,
        kind=person.kind,
        visibility=person.visibility,
        display_name=person.display_name,
        passage=passage and passage_view(passage),
        uses=uses,
    )


def passage_view(passage: ConsentPassage) -> PassageView:
    """Show that consent passed, and not to whom."""
    return PassageView(**passage.model_dump(include=set(PassageView.model_fields)))


def _use(
    action: UrgentAction, use: ConsentUse, rows: Sequence[Consent], names: Mapping[UUID, str]
) -> UseView:
    live = bool(rows) and consents.is_live(rows[0], action)
    return UseView(use=use, live=live, records=[_record(row, names) for row in rows])


def _record(row: Consent, names: Mapping[UUID, str]) -> ConsentRecordView:
    return ConsentRecordView(
        use=row.use,
        given=row.given,
        given_by=row.given_by,
        method=row.method,
        given_on=row.given_on,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
        has_reason=row.sealed_reason is not None,
        recorded_at=row.recorded_at,
        recorded_by=names.get(row.recorded_by) if row.recorded_by else None,
    )
