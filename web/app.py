"""The web process: the API, the pages behind links, and health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from web import (
    actions,
    addenda,
    audience,
    audit,
    changed_facts,
    check_in_page,
    check_ins,
    clocks,
    consents,
    contact_lists,
    contacts,
    decisions,
    deliveries,
    digest,
    document_decisions,
    documents,
    enrolment_page,
    extending,
    health,
    in_doubt,
    inbound,
    invitations,
    letters,
    logo,
    milestones,
    outcomes,
    partner_actions,
    partner_compromise,
    partner_corrections,
    partner_documents,
    partner_keys,
    partner_logos,
    partner_secrets,
    partners,
    people,
    private,
    public_lists,
    questions,
    rehearsals,
    reports,
    response_attachments,
    response_page,
    responses,
    screen_page,
    screens,
    sources,
    stats,
    submissions,
    suppressions,
    unsubscribe_page,
    verify_page,
    widening,
    windows,
)
from web.anchoring import Anchorer
from web.callbacks import mail as mail_callbacks
from web.callbacks import sms as sms_callbacks
from web.callbacks.early import EarlyReceipts
from web.errors import answer_errors
from web.middleware import Surroundings
from web.nudger import Nudger
from web.receipts import routes as receipt_page
from web.services import Services
from web.signing import acting, approving, asking, details, proposing
from web.signing import routes as sign_page

PUBLIC_PATHS = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/s/{token}",
        "/sign/{invitation_id}",
        "/r/{token}",
        "/receipt/{invitation_id}",
        "/c/{token}",
        "/check-in/{link_id}",
        "/check-in/{link_id}/response",
        "/sign/{invitation_id}/approver",
        "/sign/{invitation_id}/questions",
        "/sign/{invitation_id}/actions",
        "/sign/{invitation_id}/details",
        "/approve/{proposal_id}",
        "/e/{token}",
        "/v/{token}",
        "/u/{token}",
        "/logo/{name}",
        "/screen/{token}",
        "/screens/{link_id}",
        "/public/{reference}/{number}/signatories",
        "/public/{reference}/{number}/signatories.json",
        "/public/logos/{name}",
        "/public/signatories.js",
        "/callbacks/twilio",
        "/callbacks/vonage",
        "/callbacks/sms",
        "/callbacks/mail",
        "/callbacks/bounces",
        "/docs",
        "/docs/assets",
        "/docs/oauth2-redirect",
        "/openapi.json",
    }
)
"""What answers without a person's key: health, links of mails and of the live page (secrets themselves),
logos, who signed in public, providers' callbacks (by secrets of their own), manual."""

_API = (
    actions,
    deliveries,
    private,
    questions,
    responses,
    response_attachments,
    inbound,
    outcomes,
    partner_actions,
    clocks,
    milestones,
    invitations,
    audit,
    audience,
    rehearsals,
    decisions,
    consents,
    people,
    sources,
    changed_facts,
    widening,
    documents,
    document_decisions,
    addenda,
    letters,
    submissions,
    reports,
    stats,
    digest,
    windows,
    check_ins,
    extending,
    contacts,
    contact_lists,
    partner_corrections,
    partners,
    partner_compromise,
    partner_secrets,
    partner_keys,
    partner_documents,
    partner_logos,
    screens,
    in_doubt,
    suppressions,
)

AFTER_FAILURE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


def create_app(services: Services, *, is_first: bool = True) -> FastAPI:
    """Build the application over its services; of several at one address, the first does what one must do."""
    app: FastAPI = FastAPIOffline(
        title="Acuerpa",
        version="1",
        summary="Urgent actions for networks of women human rights defenders.",
        lifespan=_lifespan,
        redoc_url=None,
        static_url="/docs/assets",
    )
    app.state.services = services
    app.state.is_first = is_first
    api = APIRouter(prefix="/api/v1")
    for part in _API:
        api.include_router(part.router)
    partner_pages = (sign_page, asking, acting, proposing, details, approving, receipt_page)
    own_pages = (check_in_page, response_page, enrolment_page, verify_page)
    other_pages = (screen_page, unsubscribe_page, public_lists, logo, health)
    # First: routes are tried in order, and these are asked for by hundreds at once.
    for part in (*partner_pages, *own_pages, *other_pages):
        app.include_router(part.router)
    app.include_router(api)
    for part in (sms_callbacks, mail_callbacks):
        app.include_router(part.router)
    answer_errors(app)
    app.add_middleware(Surroundings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    nudger = Nudger(services.database, services.feed, services.gateway)
    anchorer = Anchorer(services.database, services.feed, services.anchors)
    early = EarlyReceipts(services.database)
    of_each, of_one = (services.feed.run, nudger.run), (anchorer.run, early.run)
    background = (*of_each, *of_one) if app.state.is_first else of_each
    tasks = [asyncio.create_task(_kept_up(work)) for work in background]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await services.database.close()


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Run what must not end while the process lives: an unforeseen error is logged, and it begins again."""
    while True:
        try:
            await work()
        except Exception:  # noqa: BLE001 - whatever it is, actions must go on
            _log.exception("background.failed")
        await asyncio.sleep(AFTER_FAILURE_SECONDS)
