"""The command that has an action expire later."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.answers import Answer, read
from console.errors import BadInputError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import clock

Days = Annotated[int | None, typer.Option(min=1, max=7_320, help="How many days later than now planned.")]
Until = Annotated[str | None, typer.Option(metavar="MOMENT", help="Until when, like 2026-12-04T18:00-06:00.")]


class Extension(Answer):
    """When the action expires now."""

    reference: str
    expires_at: datetime


def extend(
    reference: Reference,
    *,
    days: Days = None,
    until: Until = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have an action expire later; the coordinator is warned before its new end."""
    with session(api_url, api_key, as_json=as_json) as opened:
        if (days is None) is (until is None):
            raise BadInputError("Write --days N, or --until MOMENT.")
        body: dict[str, object] = {"days": days} if days else {"until": _moment(until or "").isoformat()}
        answer = opened.client.post(action_path(reference, "extend"), body)
        extended = read(Extension, answer)
        opened.tell(answer, lambda: f"{extended.reference} expires {clock(extended.expires_at)}.")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except ValueError:
        raise BadInputError("--until must be a moment, like 2026-12-04T18:00-06:00.") from None
