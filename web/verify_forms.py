"""What a verifier posts, and the sealed proof on her page that she had typed her PIN."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from models.columns import now
from security.pins import PinProblem, problem_of
from storage.verification import OpenedRequest
from web.forms import NO_PIN, PinText, form_token, is_ours
from web.schemas import ObjectionRequest
from web.services import Services

PROOF_LASTS: Final = timedelta(minutes=30)
"""How long after her PIN a verifier may answer without typing it again."""

Problems = Mapping[str, str]
"""What keeps a form from counting, by field."""

_PIN_MADE_FOR = b"verification pin"
_ANSWER_MADE_FOR = b"verification answer"
_NO_PIN_AT_ALL = {PinProblem.MISSING, PinProblem.NOT_DIGITS}


class VerifyForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others."""

    model_config = ConfigDict(frozen=True)

    step: str = ""
    pin: PinText = NO_PIN
    form_token: str = ""
    answer: str = ""
    digest: str = ""
    seen: str = ""
    expires: str = ""
    confirms: list[str] = []
    revoke: list[str] = []
    missing: str = ""
    why: str = ""

    @property
    def written(self) -> dict[str, str]:
        """Return what was written in her own words."""
        return {field: value for field, value in (("missing", self.missing), ("why", self.why)) if value}


class Proof(NamedTuple):
    """What a page was made for when her PIN was right: a text, what stands behind it, a minute to answer.

    It ends with the PIN: whoever is enrolled again, or shut out, has no open page any more.
    """

    digest: str
    seen: str
    expires: str

    def seal(self, services: Services, opened: OpenedRequest) -> str:
        """Return the hidden value by which the page shows it."""
        return form_token(services, *self._made_for(opened))

    def holds(self, request: Request, services: Services, opened: OpenedRequest, seal: str) -> bool:
        """Tell whether a form with this seal came from such a page of ours, in time."""
        ours = is_ours(request, services, seal, *self._made_for(opened))
        return ours and opened.person.pin_hash is not None and ending_of(self.expires) > now()

    def _made_for(self, opened: OpenedRequest) -> tuple[bytes, ...]:
        parts = (opened.person.pin_hash or "", self.digest, self.seen, self.expires)
        return opened.link.token_hash, _ANSWER_MADE_FOR, *(part.encode() for part in parts)


def new_ending() -> str:
    """Return the minute until which a PIN that was right just now holds, counted from 1970."""
    return str(int((now() + PROOF_LASTS).timestamp()) // 60)


def ending_of(minute: str) -> datetime:
    """Return the moment of such a minute."""
    return datetime.fromtimestamp(int(minute) * 60, UTC)


def pin_token(services: Services, opened: OpenedRequest) -> str:
    """Return the hidden value of a form that asks for the PIN."""
    return form_token(services, opened.link.token_hash, _PIN_MADE_FOR)


def problems_of_pin(
    request: Request, services: Services, opened: OpenedRequest, form: VerifyForm
) -> Problems:
    """Name what keeps a posted PIN from being judged, and so from being counted as an attempt."""
    if not is_ours(request, services, form.form_token, opened.link.token_hash, _PIN_MADE_FOR):
        return {"form_token": "form_expired"}
    problem = problem_of(form.pin)
    return {"pin": problem.value} if problem in _NO_PIN_AT_ALL else {}


def reason_of(written: str) -> str | None:
    """Return a reason as it is kept, by the rules of the API; None where it breaks them."""
    try:
        return ObjectionRequest(reason=written).reason
    except ValidationError:
        return None
