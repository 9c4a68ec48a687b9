"""Secrets that people carry: sign links and API keys. Only their hashes are stored.

They are random with 256 bits, so a plain hash is enough: there is nothing to guess from.
"""

import hashlib
import secrets
from typing import Final

_TOKEN_BYTES: Final = 32
API_KEY_PREFIX: Final = "acu_"


def new_token() -> str:
    """Return 256 random bits as 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_api_key() -> str:
    """Return a token with a prefix by which secret scanners and people know it."""
    return API_KEY_PREFIX + new_token()


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token or API key: 32 bytes, for any text a stranger may send."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
