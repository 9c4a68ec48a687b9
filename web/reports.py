"""Closing reports for partners and funders: without private data, and without a name."""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.case_reports import CaseReport, Milestone
from models.figures import Ending
from models.messages import DeliveryState
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from models.scalars import Language
from models.vocabulary import Channel, Concern, TargetKind
from storage.case_reports import case_report
from templates.report.writing import ReportWriter
from web.actions import found
from web.authentication import CaseReader
from web.schemas import Schema
from web.services import Services, Work

router = APIRouter(prefix="/actions/{reference}", tags=["reports"])

InLanguage = Annotated[Language | None, Query(description="By default the first of the case.")]

_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
_HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}


class MomentView(Schema):
    """One point of the timeline; documents have their number, submissions are counted as they were sent."""

    milestone: Milestone
    on: date
    number: int | None


class RespondedView(Schema):
    """How many of a kind were asked, by a statement or a submission, and what they answered."""

    kind: TargetKind
    asked: int
    kinds: dict[ResponseKind, int]


class ReportView(Schema):
    """What is told of an action; of signatories only the countries of those who may be named."""

    reference: str
    country: str
    concerns: list[Concern]
    on: date
    ending: Ending
    timeline: list[MomentView]
    signatures: dict[str, int]
    organisations: int
    unnamed_at_least: int
    deliveries: dict[Channel, dict[DeliveryState, int]]
    responses: list[RespondedView]
    partner_actions: dict[PartnerActionKind, int]
    impacts: list[Impact]


@router.get("/report")
async def report(reference: str, services: Work, _caller: CaseReader) -> ReportView:
    """Tell what partners and funders may know of an action."""
    told, _ = await _report(services, reference)
    return ReportView(**asdict(told))


@router.get("/report.pdf", response_class=Response, responses=_PDF)
async def as_pdf(
    reference: str, services: Work, _caller: CaseReader, language: InLanguage = None
) -> Response:
    """Set the report on paper, with its timeline as a picture."""
    told, first = await _report(services, reference)
    content = await asyncio.to_thread(_writer(services).pdf, told, language or first)
    return _file(reference, "pdf", content, "application/pdf")


@router.get("/report.html", response_class=Response, responses=_HTML)
async def as_html(
    reference: str, services: Work, _caller: CaseReader, language: InLanguage = None
) -> Response:
    """Write the report as one page without a script."""
    told, first = await _report(services, reference)
    content = _writer(services).html(told, language or first).encode()
    return _file(reference, "html", content, "text/html; charset=utf-8")


async def _report(services: Services, reference: str) -> tuple[CaseReport, str]:
    async with services.database.transaction() as session:
        action = await found(session, reference)
        return await case_report(session, action, services.time_zone), action.languages[0]


def _writer(services: Services) -> ReportWriter:
    return ReportWriter(services.press.typesetter, services.renderer)


def _file(reference: str, kind: str, content: bytes, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{reference}.{kind}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
