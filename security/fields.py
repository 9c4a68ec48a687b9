"""Sealed columns: texts that the database must not hold in clear.

A sealed text is: format (1 byte), length of the key id (1 byte), key id, nonce, ciphertext and tag.
"""

from typing import Final

from security.keys import KeyRing
from security.sealing import RefusedError, decrypt, encrypt

_FORMAT: Final = 1
_PREFIX_BYTES: Final = 2


def _utf8(text: str, what: str) -> bytes:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"the {what} holds half a surrogate pair: send well-formed Unicode")
    return text.encode()


class FieldCipher:
    """Seal one text for one place, so that a sealed text copied to another row or column does not open."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring = key_ring

    def seal(self, text: str, *, context: str) -> bytes:
        """Return the text sealed for `context`, the place it belongs to, such as `person_at_risk:<uuid>`."""
        return self.seal_bytes(_utf8(text, "text"), context=context)

    def seal_bytes(self, content: bytes, *, context: str) -> bytes:
        """Return a file's content sealed for the place it belongs to."""
        key_id, key = self._key_ring.primary
        name = key_id.encode()
        header = bytes((_FORMAT, len(name))) + name
        return header + encrypt(key, content, header + _place(context))

    def open(self, sealed: bytes, *, context: str) -> str:
        """Return the text that was sealed for this context.

        Raises:
            RefusedError: it was changed, cut, or sealed for another place.
            UnknownKeyError: its key is not in the ring.
        """
        return self.open_bytes(sealed, context=context).decode()

    def open_bytes(self, sealed: bytes, *, context: str) -> bytes:
        """Return the content that was sealed for this context; errors are those of `open`."""
        header, body = _split(sealed)
        key = self._key_ring.key(header[_PREFIX_BYTES:].decode("ascii", "replace"))
        return decrypt(key, body, header + _place(context))


def _place(context: str) -> bytes:
    if not context:
        raise ValueError("the context must name the row that the text belongs to")
    return _utf8(context, "context")


def _split(sealed: bytes) -> tuple[bytes, bytes]:
    if len(sealed) < _PREFIX_BYTES or sealed[0] != _FORMAT:
        raise RefusedError("this is not a sealed text")
    end = _PREFIX_BYTES + sealed[1]
    return sealed[:end], sealed[end:]
