"""A partner's own system, by a signed webhook (Standard Webhooks): our delivery id is the `webhook-id`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from channels.base import Failure, HandOver, Outbound, PermanentError, Receipt
from channels.http import http_client, post


@dataclass(frozen=True)
class DocumentContent:
    """A document as JSON, and the secret that the partner checks it with."""

    document: Mapping[str, object]
    secret: str


class PartnerApiChannel:
    """Sends `DocumentContent` to https addresses; to others only where `allow_insecure` (local use)."""

    provider = "partner_api"
    repeatable = True

    def __init__(self, *, connections: int, allow_insecure: bool = False) -> None:
        self.connections = connections
        self._allow_insecure = allow_insecure
        self._client = http_client(connections)

    async def send(self, message: Outbound[DocumentContent], hand_over: HandOver) -> Receipt:
        """Send one document; see `Channel.send`."""
        if not (self._allow_insecure or message.address.startswith("https://")):
            raise PermanentError(Failure.MESSAGE_REFUSED)
        body = json.dumps(message.content.document, ensure_ascii=False)
        headers = _signed_headers(str(message.delivery_id), body, message.content.secret)
        await hand_over()
        await post(self._client, message.address, body.encode(), headers)
        return Receipt(provider_reference=None)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _signed_headers(delivery_id: str, body: str, secret: str) -> dict[str, str]:
    signed_at = datetime.now(UTC)
    try:
        signature = Webhook(secret).sign(delivery_id, signed_at, body)
    except (ValueError, RuntimeError, EmptyWebhookSecretError):
        raise PermanentError(Failure.NOT_RENDERABLE) from None
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": signature,
        "Idempotency-Key": delivery_id,
    }
