"""Key rings: the first key encrypts and all decrypt, so that a key can be replaced and nothing is lost."""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

KEY_BYTES: Final = 32
KEY_ID_RULE: Final = "1 to 32 letters, digits, '_', '.' or '-'"
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_STANDARD_TO_URL_SAFE: Final = str.maketrans("+/", "-_")


class KeyFormatError(ValueError):
    """Say what is wrong with the text form of a key or a key ring, never what the text was."""


class UnknownKeyError(LookupError):
    """Say that something was encrypted with a key that the ring does not hold."""


def new_key() -> str:
    """Return a random 256-bit key as base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def decode_key(text: str) -> bytes:
    """Return the 32 bytes of a key written in base64 or base64url, padded or not.

    Raises:
        KeyFormatError: it is not base64 or not of 32 bytes.
    """
    unpadded = text.strip().translate(_STANDARD_TO_URL_SAFE).rstrip("=")
    padded = unpadded + "=" * (-len(unpadded) % 4)
    try:
        key = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFormatError(f"a key must be {KEY_BYTES} bytes in base64url")
    return key


def new_key_ring(key_id: str) -> str:
    """Return the text form of a ring with one new key."""
    return f"{_checked_key_id(key_id)}:{new_key()}"


def _checked_key_id(key_id: str) -> str:
    if not _KEY_ID.fullmatch(key_id):
        raise KeyFormatError(f"a key id must be {KEY_ID_RULE}")
    return key_id


def _parse_entry(entry: str) -> tuple[str, bytes]:
    key_id, colon, key = entry.strip().partition(":")
    if not colon:
        raise KeyFormatError("each key of a ring must be written id:base64url")
    return _checked_key_id(key_id), decode_key(key)


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, the primary one first; their bytes never show in its repr."""

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise KeyFormatError("a key ring must hold at least one key")
        if len({key_id for key_id, _ in self.keys}) != len(self.keys):
            raise KeyFormatError("the ids of a key ring must differ from each other")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `id:base64url[,id:base64url…]`.

        Raises:
            KeyFormatError: the text breaks the format; its message never holds a part of the text.
        """
        return cls(tuple(_parse_entry(entry) for entry in text.split(",")))

    @property
    def primary(self) -> tuple[str, bytes]:
        """The id and the 32 bytes of the key that encrypts."""
        return self.keys[0]

    def key(self, key_id: str) -> bytes:
        """Return the key of this id, current or old.

        Raises:
            UnknownKeyError: no key of the ring has it.
        """
        for known_id, key in self.keys:
            if known_id == key_id:
                return key
        raise UnknownKeyError(
            "encrypted with a key that is not in the ring: add that key after the first one"
        )
