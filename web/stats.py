"""Figures over all actions, for those who tell of the network's work: no names, nothing of a single case."""

from fastapi import APIRouter
from pydantic import Field

from models.figures import FEWEST, Ending, Rate, Span, folded
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.vocabulary import TargetKind
from storage.figures import Figures, figures
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Work

router = APIRouter(prefix="/stats", tags=["stats"])


class SpanView(Schema):
    """Hours from the beginning of the day of the event to the release; null for too few actions."""

    actions: int = Field(description="Those of which the day of the event is known.")
    median_hours: float | None
    shortest_hours: float | None
    longest_hours: float | None


class SignOnView(Schema):
    """How many of the invitations led to a signature."""

    documents: int
    invited: int
    signed: int | None
    rate: float | None


class ResponsesView(Schema):
    """How many of those of a kind that the statement reached, or a submission, have answered."""

    kind: TargetKind
    asked: int
    answered: int | None
    rate: float | None


class EndingsView(Schema):
    """How actions stand or ended; `others` are those of endings with too few actions to be told alone."""

    counts: dict[Ending, int]
    others: int


class ImpactsView(Schema):
    """What became of people at risk, by the newest outcome of each; `others` as with endings."""

    counts: dict[Impact, int]
    others: int


class PartnerActionsView(Schema):
    """How often an organisation that signed did something itself; `others` as with endings."""

    counts: dict[PartnerActionKind, int]
    others: int


class Stats(Schema):
    """Figures over all actions; what is null would tell of fewer than `fewest`."""

    fewest: int
    actions: int
    released: int
    event_to_release: SpanView
    sign_on: SignOnView
    responses: list[ResponsesView]
    partner_actions: PartnerActionsView
    outcomes: EndingsView
    impacts: ImpactsView


@router.get("")
async def stats(services: Work, _caller: CaseReader) -> Stats:
    """Tell figures over all actions, where there are enough of them not to tell of a single one."""
    async with services.database.transaction() as session:
        return _view(await figures(session, services.time_zone))


def _view(found: Figures) -> Stats:
    counts, others = folded(found.endings)
    impacts, other_impacts = folded(found.impacts)
    acted, acted_otherwise = folded(found.partner_actions)
    signing = found.sign_on
    return Stats(
        fewest=FEWEST,
        actions=found.actions,
        released=found.released,
        event_to_release=_span(found.event_to_release),
        sign_on=SignOnView(
            documents=found.documents_signed_on,
            invited=signing.asked,
            signed=_answered(signing),
            rate=signing.share,
        ),
        responses=[
            ResponsesView(kind=kind, asked=rate.asked, answered=_answered(rate), rate=rate.share)
            for kind in TargetKind
            if (rate := found.responses.get(kind))
        ],
        partner_actions=PartnerActionsView(counts=acted, others=acted_otherwise),
        outcomes=EndingsView(counts=counts, others=others),
        impacts=ImpactsView(counts=impacts, others=other_impacts),
    )


def _span(span: Span) -> SpanView:
    told = span if span.actions >= FEWEST else Span(span.actions, None, None, None)
    return SpanView(
        actions=told.actions,
        median_hours=told.median,
        shortest_hours=told.shortest,
        longest_hours=told.longest,
    )


def _answered(rate: Rate) -> int | None:
    return rate.answered if rate.asked >= FEWEST else None
