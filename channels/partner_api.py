"""A partner's own system, by a signed webhook (Standard Webhooks): our delivery id is the `webhook-id`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import structlog
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from channels.base import Failure, HandOver, Outbound, PermanentError, Receipt
from channels.http import http_client, post
from channels.pinned import PinnedBackend, PinnedTransport, tls_context
from models.endpoints import EndpointRules, is_public, refused_endpoint

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DocumentContent:
    """A document as JSON, and the secrets that the partner may check it with: the newest one first."""

    document: Mapping[str, object]
    secrets: tuple[str, ...]


class PartnerApiChannel:
    """Sends `DocumentContent` to addresses that the rules allow, over a transport that pins them."""

    provider = "partner_api"
    repeatable = True

    def __init__(
        self,
        *,
        connections: int,
        rules: EndpointRules,
        own_ca: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Make the channel; `own_ca` is a PEM file of authorities that are trusted beside the public ones."""
        self.connections = connections
        self._rules = rules
        self._client = http_client(connections, transport or _pinned(rules, own_ca, connections))
        if rules.allow_private:
            _log.warning(
                "partner_api.private_addresses_allowed",
                remedy="for local use only: set ACUERPA_PARTNER_API_ALLOW_PRIVATE=false",
            )

    async def send(self, message: Outbound[DocumentContent], hand_over: HandOver) -> Receipt:
        """Send one document; see `Channel.send`."""
        if not self._may_lead_to(message.address):
            raise PermanentError(Failure.ADDRESS_REFUSED)
        body = json.dumps(message.content.document, ensure_ascii=False)
        headers = _signed_headers(str(message.delivery_id), body, message.content.secrets)
        await hand_over()
        await post(self._client, message.address, body.encode(), headers)
        return Receipt(provider_reference=None)

    def _may_lead_to(self, address: str) -> bool:
        """Look at an address once more: it may stand in the directory since before there were rules."""
        try:
            return refused_endpoint(address, self._rules) is None
        except ValueError:
            return False

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _pinned(rules: EndpointRules, own_ca: Path | None, connections: int) -> PinnedTransport:
    is_allowed = (lambda _address: True) if rules.allow_private else is_public
    return PinnedTransport(PinnedBackend(is_allowed), tls_context(own_ca), connections=connections)


def _signed_headers(delivery_id: str, body: str, secrets: tuple[str, ...]) -> dict[str, str]:
    """Sign with each secret: while one is being replaced, the partner may still check with either."""
    signed_at = datetime.now(UTC)
    try:
        signatures = [Webhook(secret).sign(delivery_id, signed_at, body) for secret in secrets]
    except (ValueError, RuntimeError, EmptyWebhookSecretError):
        signatures = []
    if not signatures:
        raise PermanentError(Failure.NOT_RENDERABLE)
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": " ".join(signatures),
        "Idempotency-Key": delivery_id,
    }
