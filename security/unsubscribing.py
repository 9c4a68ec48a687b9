"""The way off a list: addresses that we alone can make, of which nothing is stored.

A release to 100,000 people would store as many hashes, for links of which hardly one is ever used. So the
token is the delivery's id and its HMAC-SHA256, under a key that is derived from the key of the fingerprints:
links hold as long as suppressions do.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest, digest
from typing import Final
from uuid import UUID

_KEY_LABEL: Final = b"acuerpa unsubscribing 1\0"
_ID_BYTES: Final = 16
_TOKEN_LENGTH: Final = 64
"""Characters: 48 bytes, which base64 writes without padding."""

UNSUBSCRIBE: Final = "/u/"
"""What the path of every such address begins with."""


class UnsubscribeLinks:
    """Makes and reads the addresses by which a recipient leaves our lists."""

    def __init__(self, key: bytes, public_url: str) -> None:
        """Derive the key from that of the fingerprints."""
        self._key = digest(key, _KEY_LABEL, "sha256")
        self._base = public_url.rstrip("/") + UNSUBSCRIBE

    def to(self, delivery_id: UUID, language: str) -> str:
        """Return the address that takes the recipient of a delivery off our lists, in her language."""
        return f"{self._base}{self.token(delivery_id)}?lang={language}"

    def token(self, delivery_id: UUID) -> str:
        """Return the secret part of that address."""
        return urlsafe_b64encode(delivery_id.bytes + self._seal(delivery_id.bytes)).decode()

    def delivery_of(self, token: str) -> UUID | None:
        """Return the delivery that a token was made for; None where we did not make it."""
        try:
            read = urlsafe_b64decode(token) if len(token) == _TOKEN_LENGTH else b""
        except (binascii.Error, ValueError):
            return None
        made_for, seal = read[:_ID_BYTES], read[_ID_BYTES:]
        ours = compare_digest(seal, self._seal(made_for)) and token == urlsafe_b64encode(read).decode()
        return UUID(bytes=made_for) if ours else None

    def _seal(self, made_for: bytes) -> bytes:
        return digest(self._key, made_for, "sha256")
