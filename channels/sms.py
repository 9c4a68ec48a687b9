"""SMS through a generic HTTP gateway: JSON in, its id out, our delivery id as idempotency key.

Its id is what we store as provider's reference: by that, and the provider's name, callbacks are matched.
"""

import json
from dataclasses import dataclass, field

from channels.base import HandOver, Outbound, Receipt, provider_reference
from channels.http import http_client, post


@dataclass(frozen=True)
class SmsContent:
    """A rendered text."""

    text: str


@dataclass(frozen=True)
class SmsAccount:
    """What a provider knows us by; `url` is where its API is, None where it is at its usual place."""

    account: str
    key: str = field(repr=False)
    sender: str
    url: str | None = None


class SmsChannel:
    """Sends `SmsContent`."""

    repeatable = True

    def __init__(self, url: str, key: str, sender: str, *, connections: int, provider: str = "sms") -> None:
        self.provider = provider
        self.connections = connections
        self._url, self._key, self._sender = url, key, sender
        self._client = http_client(connections)

    async def send(self, message: Outbound[SmsContent], hand_over: HandOver) -> Receipt:
        """Send one text; see `Channel.send`."""
        body = {"to": message.address, "from": self._sender, "text": message.content.text}
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(message.delivery_id),
        }
        await hand_over()
        answer = await post(self._client, self._url, json.dumps(body).encode(), headers)
        return Receipt(provider_reference=_reference(answer))

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def _reference(answer: bytes) -> str | None:
    try:
        tree = json.loads(answer)
    except ValueError:
        return None
    return provider_reference(str(tree["id"])) if isinstance(tree, dict) and "id" in tree else None
