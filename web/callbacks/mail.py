"""Callbacks about mails: events of a mail provider, and bounces as the mails that they are."""

from fastapi import APIRouter, Request, Response

from models.bounce_mail import read_bounce
from models.delivery_receipts import DeliveryReceipt, ReceiptKind
from models.vocabulary import Channel
from security.callback_signatures import is_bearer, signed_by_standard
from storage.delivery_receipts import take_receipts
from web.callbacks.guard import let_in, read_body, read_start, taken, unreadable, unrecognised
from web.callbacks.schemas import MailEvent, MailEvents
from web.services import Services, Work

router = APIRouter(prefix="/callbacks", include_in_schema=False)

PROVIDER = "mail"
BOUNCES = "bounces"

_KINDS = {
    "delivered": ReceiptKind.DELIVERED,
    "complained": ReceiptKind.COMPLAINED,
    "deferred": ReceiptKind.DEFERRED,
}
_BOUNCED = {"hard": ReceiptKind.HARD_BOUNCE, "soft": ReceiptKind.SOFT_BOUNCE}


@router.post("/mail")
async def events(request: Request, services: Work) -> Response:
    """Take events of a mail provider, signed by Standard Webhooks."""
    body = await read_body(request)
    authentic = signed_by_standard(services.callbacks.mail, body, request.headers)
    let_in(services.callbacks, PROVIDER, authentic=authentic)
    try:
        said = MailEvents.model_validate_json(body)
    except ValueError:
        raise unreadable(PROVIDER) from None
    domain = services.callbacks.message_id_domain
    receipts = [
        DeliveryReceipt(_kind(event), delivery_id)
        for event in said.events
        if (delivery_id := event.of_ours(domain))
    ]
    await _take(services, PROVIDER, receipts)
    return taken()


@router.post("/bounces")
async def bounces(request: Request, services: Work) -> Response:
    """Take one mail that came back, as it is; of a long one only the start is read."""
    authentic = is_bearer(services.callbacks.bounces, request.headers.get("Authorization", ""))
    let_in(services.callbacks, BOUNCES, authentic=authentic)
    raw = await read_start(request)
    bounce = read_bounce(raw, services.callbacks.message_id_domain)
    if bounce:
        if not bounce.recognised:
            unrecognised(BOUNCES, "")
        about = frozenset(services.fingerprint.of(Channel.EMAIL, one) for one in bounce.about)
        await _take(services, BOUNCES, [DeliveryReceipt(bounce.kind, bounce.delivery_id, about=about)])
    return taken()


async def _take(services: Services, provider: str, receipts: list[DeliveryReceipt]) -> None:
    if receipts:
        await take_receipts(services.database, Channel.EMAIL, provider, receipts)
        services.feed.anything.set()


def _kind(event: MailEvent) -> ReceiptKind:
    return _BOUNCED[event.bounce] if event.event == "bounced" else _KINDS[event.event]
