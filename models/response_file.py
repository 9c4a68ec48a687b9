"""A response of a target as a coordinator hands it in."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, ValidationInfo
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

    What answers a submission names that one by its digest, in place of a target. `corrects` is the id of a
    response that was written down wrongly: this one counts in its place.
    """

    target: Annotated[StrictInt, Field(ge=0, le=999)] | None = None
    submission: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    kind: ResponseKind
    channel: ResponseChannel
    received_on: PastDay
    note: Prose | None = None
    pledged_for: Annotated[Day, AfterValidator(_not_before_it_came)] | None = None
    corrects: UUID | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find an answer by nobody or by two, and a promised day without a promise."""
        by_target, by_mechanism = tree.get("target") is not None, tree.get("submission") is not None
        if not by_target and not by_mechanism:
            yield refused_at(("target",), "is required", "Count it from 0, or name a `submission`.")
        if by_target and by_mechanism:
            yield refused_at(("submission",), "stands beside a target", "Leave one of the two out.")
        others = {*ResponseKind} - {ResponseKind.PLEDGE}
        kind = tree.get("kind")
        if tree.get("pledged_for") is not None and isinstance(kind, str) and kind in others:
            yield refused_at(("pledged_for",), "is the day of a pledge", "Leave it out, or say kind: pledge.")
