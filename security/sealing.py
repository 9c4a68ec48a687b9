"""AES-256-GCM (NIST SP 800-38D) with random nonces under a key ring, shared by payloads and fields.

A key may seal about 2**32 messages before random nonces become a risk: replace it long before.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class RefusedError(Exception):
    """Say that a sealed thing cannot be trusted or read, without any of its content."""


def encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Return nonce + ciphertext + tag, which open only together with the same `bound_to`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what was encrypted.

    Raises:
        RefusedError: the blob was cut, changed, sealed with another key, or bound to something else.
    """
    if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
        raise RefusedError("the sealed data is cut short")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise RefusedError("the sealed data was changed, or belongs to another key or place") from None
