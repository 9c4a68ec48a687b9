"""The ladder of a case: what is proposed, step by step, where a target does not answer in time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field, StrictInt
from pydantic_core import InitErrorDetails

from models.problems import Location, refused_at
from models.reply_vocabulary import TO_ANOTHER, StepKind
from models.scalars import Wait
from models.strict_model import StrictModel
from models.vocabulary import TargetKind

_FITS: Final = {StepKind.EMBASSY: TargetKind.EMBASSY, StepKind.MECHANISM: TargetKind.MECHANISM}


class EscalationStep(StrictModel):
    """One step; `after` counts from the one before, of the first from the end of the target's time."""

    step: StepKind
    after: Wait = timedelta(0)
    target: Annotated[StrictInt, Field(ge=0, le=999)] | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a letter to nobody, and a target of what goes to no other one."""
        step, target = tree.get("step"), tree.get("target")
        if not isinstance(step, str) or step not in {*StepKind}:
            return
        if step in TO_ANOTHER and target is None:
            yield refused_at(("target",), "is required", "Name the place of the other target, from 0.")
        if step not in TO_ANOTHER and target is not None:
            yield refused_at(("target",), "is of no use with this step", "Take it out.")


def misplaced_steps(tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
    """Find steps of a case's ladder that name no target of it, or one of another kind."""
    ladder, targets = tree.get("escalation"), tree.get("targets")
    if not isinstance(ladder, list | tuple) or not isinstance(targets, list | tuple):
        return
    for place, entry in enumerate(ladder):
        if isinstance(entry, Mapping):
            yield from _misplaced(("escalation", place, "target"), entry, targets)


def _misplaced(
    location: Location, entry: Mapping[object, object], targets: Sequence[object]
) -> Iterator[InitErrorDetails]:
    number, step = entry.get("target"), entry.get("step")
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(step, str):
        return
    if number >= len(targets):
        yield refused_at(location, "is no target of the case", "Count the targets from 0.")
        return
    target, fitting = targets[number], {kind.value: fits for kind, fits in _FITS.items()}.get(step)
    if number >= 0 and fitting and isinstance(target, Mapping) and target.get("kind") != fitting:
        yield refused_at(location, f"is no target of kind {fitting}", "Name one that is, or another step.")
