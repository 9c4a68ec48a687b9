"""Secrets that people carry: sign links and API keys. Only their hashes are stored.

They are random with 256 bits, so a plain hash is enough: there is nothing to guess from.
"""

import base64
import hashlib
import secrets
from typing import Final

_TOKEN_BYTES: Final = 32
API_KEY_PREFIX: Final = "acu_"
PARTNER_KEY_PREFIX: Final = "acp_"
WEBHOOK_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix that Standard Webhooks gives secrets


def new_token() -> str:
    """Return 256 random bits as 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_api_key() -> str:
    """Return a token with a prefix by which secret scanners and people know it."""
    return API_KEY_PREFIX + new_token()


def new_partner_key() -> str:
    """Return a key for a partner's system, with a prefix of its own."""
    return PARTNER_KEY_PREFIX + new_token()


def new_webhook_secret() -> str:
    """Return 256 random bits as Standard Webhooks writes a secret."""
    return WEBHOOK_SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_TOKEN_BYTES)).decode()


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token or API key: 32 bytes, for any text a stranger may send."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
