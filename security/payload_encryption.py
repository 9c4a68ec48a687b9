"""Encryption of everything that Temporal stores for us: arguments, results, signals, heartbeats, failures."""

from collections.abc import Sequence
from typing import Final

from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from security.keys import KeyRing
from security.sealing import RefusedError, decrypt, encrypt

ENCODING: Final = b"binary/encrypted"
_ENCODING_FIELD: Final = "encoding"
_KEY_ID_FIELD: Final = "encryption-key-id"
_PURPOSE: Final = b"acuerpa temporal payload 1:"


class PayloadEncryption(PayloadCodec):
    """Encrypt whole payloads, metadata included, so that the server sees neither values nor their types."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._key_ring = key_ring

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return each payload encrypted with the primary key."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return each payload in clear.

        Raises:
            RefusedError: a payload was changed, cut or never encrypted.
            UnknownKeyError: its key is not in the ring.
        """
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        key_id, key = self._key_ring.primary
        name = key_id.encode()
        sealed = encrypt(key, payload.SerializeToString(), _PURPOSE + name)
        return Payload(metadata={_ENCODING_FIELD: ENCODING, _KEY_ID_FIELD: name}, data=sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get(_ENCODING_FIELD) != ENCODING:
            raise RefusedError("a payload in clear is refused: send it through the project's own client")
        name = payload.metadata.get(_KEY_ID_FIELD, b"")
        key = self._key_ring.key(name.decode("ascii", "replace"))
        clear = decrypt(key, payload.data, _PURPOSE + name)
        try:
            return Payload.FromString(clear)
        except DecodeError:
            raise RefusedError("the decrypted data is not a payload") from None
