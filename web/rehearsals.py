"""Seeing a release before it happens: whom it goes to, and its messages as they will be."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import default as whole_policy
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.lifecycle import Refusal
from models.messages import DeliveryState
from models.outbox import Delivery, RecipientKind
from models.records import EventKind
from models.rehearsals import RehearsedMessage
from models.vocabulary import Channel, Disclosure
from security.sealed_places import rehearsed_message_place
from storage.audience_counts import AudienceCounts, count_audience
from storage.documents import CurrentVersion, approved_languages, texts_of
from storage.records import record
from storage.rehearsals import Rehearsed, rehearsed, want_rehearsal
from storage.standing import lacking, released_next
from web.actions import found
from web.authentication import CaseReader, Coordinator
from web.errors import ApiError, refused
from web.schemas import Request, Schema, UnreachableTarget
from web.services import Services, Work
from web.views import unreachable

router = APIRouter(prefix="/actions/{reference}", tags=["actions"])

_READ = {"fields": ["messages"], "why": "rehearsing"}


class GroupView(Schema):
    """How many messages go to one kind of recipient, on one channel, in one language."""

    recipient: RecipientKind
    channel: Channel
    language: str
    count: int


class ListView(Schema):
    """How many contacts of a list are written to; who is on several is counted with each."""

    slug: str
    count: int


class PreviewView(Schema):
    """Whom a release goes to, as things are; above `confirm_above` recipients it needs their number."""

    document: str
    total: int
    confirm_above: int
    languages: list[str]
    waiting_for_approval: list[str] = Field(default_factory=list)
    groups: list[GroupView]
    lists: list[ListView]
    unreachable_contacts: int
    unreachable_targets: list[UnreachableTarget]


class RehearsalRequest(Request):
    """How a rehearsal is wanted: with `send`, mails and texts also go to the addresses of whoever asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"send": True}]})

    send: bool = False


class RehearsedView(Schema):
    """One message as it will go out. Of a mail, `attachments` are named; `failure` says why there is none."""

    channel: Channel
    language: str
    recipient: RecipientKind
    disclosure: Disclosure
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    attachments: list[str] = Field(default_factory=list)
    failure: str | None = None


class RehearsalView(Schema):
    """A rehearsal by its number; `ready` once all of its messages are made."""

    document: str
    number: int
    sent: bool
    ready: bool
    messages: list[RehearsedView] = Field(default_factory=list)


class Expected(NamedTuple):
    """What a release is: the version, its languages, those not approved yet, and whom it goes to."""

    current: CurrentVersion
    languages: list[str]
    missing: list[str]
    counts: AudienceCounts


async def expected(session: AsyncSession, action: UrgentAction) -> Expected:
    """Count whom the next release goes to: in what is approved, or where nothing is, in all its languages."""
    current = await released_next(session, action)
    approved = list(await approved_languages(session, action, current.version))
    written = list(await texts_of(session, current.version.id))
    languages = approved or written
    return Expected(
        current=current,
        languages=languages,
        missing=[language for language in written if language not in approved],
        counts=await count_audience(session, action, current, languages),
    )


@router.get("/preview")
async def preview(reference: str, services: Work, _caller: CaseReader) -> PreviewView:
    """Count whom a release would go to now, by recipient, channel and language, and by list."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        seen = await expected(session, action)
        return PreviewView(
            document=f"{action.reference}/{seen.current.document.number}",
            total=seen.counts.total,
            confirm_above=services.confirm_above,
            languages=seen.languages,
            waiting_for_approval=seen.missing,
            groups=[GroupView(**group._asdict(), count=count) for group, count in seen.counts.groups.items()],
            lists=[ListView(slug=slug, count=count) for slug, count in sorted(seen.counts.lists.items())],
            unreachable_contacts=seen.counts.unreachable,
            unreachable_targets=await unreachable(session, action),
        )


@router.post("/rehearsals", status_code=202)
async def rehearse(
    reference: str, services: Work, caller: Coordinator, wanted: Annotated[RehearsalRequest, Body()]
) -> RehearsalView:
    """Have one message of each kind made as the release would send it, and kept to be looked at.

    With `send` they also go out, to nobody but your own address and telephone.
    """
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        if action.stopped_at or action.rejected_at or action.closed_at:
            raise refused(Refusal.ALREADY_ENDED)
        current = await released_next(session, action)
        for refusal in await lacking(session, action, current.version):
            raise refused(refusal)
        made = await want_rehearsal(
            session, action, current.document, person_id=caller.person_id, sent=wanted.send
        )
        index = f"{action.reference}/{current.document.number}"
    services.feed.anything.set()
    return RehearsalView(document=index, number=made.round, sent=made.sent, ready=False)


@router.get("/rehearsals/{number}")
async def rehearsal(reference: str, number: int, services: Work, caller: Coordinator) -> RehearsalView:
    """Show the messages of a rehearsal of the document that is released next."""
    async with services.database.transaction() as session:
        action = await found(session, reference)
        document = (await released_next(session, action)).document
        seen = await rehearsed(session, document.id, number)
        if seen is None:
            raise ApiError(404, "There is no such rehearsal.", "Begin one: starter.py rehearse REF.")
        messages = [_view(services, delivery, kept) for delivery, kept in seen.messages]
        if messages:
            await record(session, action.id, EventKind.PRIVATE_READ, caller.person_id, detail=_READ)
    return RehearsalView(
        document=f"{action.reference}/{document.number}",
        number=number,
        sent=seen.rehearsal.sent,
        ready=_is_ready(seen),
        messages=messages,
    )


def _is_ready(seen: Rehearsed) -> bool:
    under_way = {DeliveryState.READY, DeliveryState.SENDING}
    return seen.dispatch is not None and not any(one.state in under_way for one, _ in seen.messages)


def _view(services: Services, delivery: Delivery, kept: RehearsedMessage | None) -> RehearsedView:
    view = RehearsedView(
        channel=delivery.channel,
        language=delivery.language,
        recipient=delivery.recipient_kind,
        disclosure=delivery.disclosure,
        failure=None if kept else delivery.failure,
    )
    if kept is None:
        return view
    message = services.cipher.open(kept.sealed_message, context=rehearsed_message_place(delivery.id))
    if delivery.channel is not Channel.EMAIL:
        return view.model_copy(update={"text": message})
    return view.model_copy(update=_parts(message))


def _parts(message: str) -> dict[str, object]:
    """Take a mail apart by the standard library's parser, as a reader's program does."""
    mail: EmailMessage = message_from_string(message, policy=whole_policy)
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    return {
        "subject": str(mail["Subject"]),
        "text": bodies["plain"].get_content() if bodies["plain"] else None,
        "html": bodies["html"].get_content() if bodies["html"] else None,
        "attachments": [part.get_filename() or "" for part in mail.iter_attachments()],
    }
