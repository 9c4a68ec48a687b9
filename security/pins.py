"""PINs that people know by heart, kept as Argon2id (RFC 9106).

Whoever holds a hash of six digits can guess them. So a PIN is first tied to its person and to a key that is
not in the database, by HMAC-SHA256: a stolen backup alone cannot be searched, and a hash that is moved to
another person's row fits nothing.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from pydantic import SecretStr

from models.people import PinVerdict

SHORTEST: Final = 6
LONGEST: Final = 12

PARAMETERS: Final = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=2, memory_cost=19 * 1024, parallelism=1
)
"""What the OWASP Password Storage Cheat Sheet asks of Argon2id at least: 19 MiB, 2 passes, 1 lane.

For a small server: one check takes about 20 ms of one core, and as many at once as asyncio has threads on two
cores (6) take 114 MiB. A change here takes effect for each person with her next right PIN.
"""

_LABEL: Final = b"acuerpa pin 1\0"
_DIGITS: Final = frozenset("0123456789")
_UP: Final = 1
_DOWN: Final = 9


class PinProblem(StrEnum):
    """Why a PIN may not be chosen."""

    MISSING = "pin_missing"
    """Nothing was typed."""
    NOT_DIGITS = "pin_not_digits"
    """It holds something else than the digits 0 to 9."""
    WRONG_LENGTH = "pin_wrong_length"
    """It has fewer than 6 digits or more than 12."""
    ALL_THE_SAME = "pin_all_the_same"
    """It is one digit again and again."""
    STRAIGHT_RUN = "pin_straight_run"
    """Each digit follows on the one before, up or down; 0 follows on 9, as on a keypad."""


def problem_of(pin: SecretStr) -> PinProblem | None:
    """Tell what keeps a PIN from being chosen; None where nothing does."""
    digits = pin.get_secret_value()
    if not digits:
        return PinProblem.MISSING
    if not _DIGITS.issuperset(digits):
        return PinProblem.NOT_DIGITS
    if not SHORTEST <= len(digits) <= LONGEST:
        return PinProblem.WRONG_LENGTH
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    if steps == {0}:
        return PinProblem.ALL_THE_SAME
    return PinProblem.STRAIGHT_RUN if steps in ({_UP}, {_DOWN}) else None


class PinHasher:
    """Hashes and checks PINs in a thread, so that the event loop goes on."""

    def __init__(self, key: bytes, parameters: Parameters = PARAMETERS) -> None:
        self._key = key
        self._argon2 = PasswordHasher.from_parameters(parameters)

    async def hash(self, person_id: UUID, pin: SecretStr) -> str:
        """Return what to keep of a person's PIN: an encoded Argon2id string with a salt of its own."""
        return await asyncio.to_thread(self._argon2.hash, self._tied(person_id, pin))

    def judge(self, pin: SecretStr) -> Callable[[UUID, str], Awaitable[PinVerdict]]:
        """Return what tells whether this PIN is the one behind the hash of a person."""

        async def judged(person_id: UUID, pin_hash: str) -> PinVerdict:
            return await asyncio.to_thread(self._verdict, pin_hash, self._tied(person_id, pin))

        return judged

    def _verdict(self, pin_hash: str, tied: bytes) -> PinVerdict:
        try:
            self._argon2.verify(pin_hash, tied)
        except VerifyMismatchError:
            return PinVerdict(right=False)
        outdated = self._argon2.check_needs_rehash(pin_hash)
        return PinVerdict(right=True, renewed=self._argon2.hash(tied) if outdated else None)

    def _tied(self, person_id: UUID, pin: SecretStr) -> bytes:
        content = _LABEL + person_id.bytes + pin.get_secret_value().encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, content, hashlib.sha256)
