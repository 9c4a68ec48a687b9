"""Keyed fingerprints of addresses: two can be compared, none can be read or guessed without the key."""

import hashlib
import hmac
import unicodedata
from typing import Final

from models.vocabulary import Channel
from security.keys import KEY_BYTES

_SEPARATOR: Final = b"\0"


class AddressFingerprint:
    """HMAC-SHA256 over the canonical form of an address."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the fingerprint key must be {KEY_BYTES} bytes")
        self._key = key

    def of(self, channel: str, address: str) -> bytes:
        """Return 32 bytes that are equal for two spellings of one address of one channel."""
        canonical = _canonical(channel, address)
        if not canonical:
            raise ValueError("the address is empty")
        message = channel.encode() + _SEPARATOR + canonical.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)


def _canonical(channel: str, address: str) -> str:
    if channel == Channel.EMAIL:
        # Canonical caseless matching: The Unicode Standard, definition D145.
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", address.strip()).casefold())
    if channel == Channel.SMS:
        return "".join(str(unicodedata.decimal(digit)) for digit in address if digit.isdecimal())
    return unicodedata.normalize("NFC", address.strip())
