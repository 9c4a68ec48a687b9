"""A response of a target as a coordinator hands it in."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, ValidationInfo
from pydantic_core import InitErrorDetails

from models.problems import refusal, refused_at
from models.response_vocabulary import ResponseChannel, ResponseKind
from models.scalars import Day, PastDay, Prose
from models.strict_model import StrictModel


def _not_before_it_came(pledged_for: Day, info: ValidationInfo) -> Day:
    received_on = info.data.get("received_on")
    if received_on and pledged_for < received_on:
        raise refusal("must not be before `received_on`", "Write the day for which it was promised.")
    return pledged_for


class ResponseEntry(StrictModel):
    """What an office answered, when and how; `note` says it in words, and is sealed.

    `corrects` is the id of a response that was written down wrongly: this one counts in its place.
    """

    target: Annotated[StrictInt, Field(ge=0, le=999)]
    kind: ResponseKind
    channel: ResponseChannel
    received_on: PastDay
    note: Prose | None = None
    pledged_for: Annotated[Day, AfterValidator(_not_before_it_came)] | None = None
    corrects: UUID | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a promised day without a promise."""
        others = {*ResponseKind} - {ResponseKind.PLEDGE}
        kind = tree.get("kind")
        if tree.get("pledged_for") is not None and isinstance(kind, str) and kind in others:
            yield refused_at(("pledged_for",), "is the day of a pledge", "Leave it out, or say kind: pledge.")
