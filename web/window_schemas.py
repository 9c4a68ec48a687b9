"""What the API takes and answers of sign-on windows."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field

from models.problems import refusal
from web.schemas import Request, Schema


def _as_written(value: object) -> object:
    """Refuse what would otherwise be read as seconds since 1970: nobody means a window by that."""
    if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
        raise refusal("must be a moment with its offset from UTC", "Write it like 2026-12-04T18:00:00-06:00.")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written)]


class WindowRequest(Request):
    """The moment at which a window is to close, with its offset from UTC."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"closes_at": "2026-12-04T18:00:00-06:00"}]})

    closes_at: Moment


class InvitationRequest(Request):
    """One more partner that is to be asked, by its stable id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"partner": "tejedoras-del-maiz"}]})

    partner: str = Field(max_length=64)


class MissedPartnerView(Schema):
    """A partner that was not reached; `lost` where nobody of it is left to be asked."""

    partner: str
    country: str
    lost: bool


class WindowView(Schema):
    """The sign-on window of a document, how many of the invited answered, and whom nothing reached."""

    index: str
    opened_at: datetime | None
    closes_at: datetime | None
    ended_at: datetime | None
    invited: int
    signed: int
    answered: int
    not_reached: list[MissedPartnerView]


class InvitedView(Schema):
    """A partner that is asked now; `is_new` where it was not invited before."""

    index: str
    partner: str
    is_new: bool
