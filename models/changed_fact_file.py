"""Facts that changed under a case, as a coordinator hands them in: what happened, and who comes to it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field
from pydantic_core import InitErrorDetails

from models.case_parts import RiskAssessment, Source, Target
from models.case_people import PersonAtRisk
from models.consent_changes import Family, Position
from models.problems import refused_at
from models.scalars import PastDay
from models.strict_model import OnlyLists, StrictModel, across_entries, no_repeats
from models.vocabulary import Concern, DocumentKind, PassageReason


class FactChange(StrEnum):
    """What changed, so that what was asked for until now no longer fits."""

    RELEASED = "released"
    """She is free: what was said while she could not be asked, she is asked herself."""
    FOUND_DEAD = "found_dead"
    """She was missing, and was found dead."""
    KILLED = "killed"
    """She was killed."""
    DISAPPEARED = "disappeared"
    """She was taken, or is missing."""
    WIDENED = "widened"
    """Others are at risk as well, or something else is feared."""


class DemandsNow(StrEnum):
    """What became of the demands by it."""

    MET = "met"
    """What was asked for has happened: the action is called off."""
    VOID = "void"
    """They have lost their sense, and nothing is asked for in their place: the action is called off."""
    CHANGED = "changed"
    """Something else is asked for from now on."""


PASSES: Final[Mapping[FactChange, PassageReason]] = MappingProxyType(
    {
        FactChange.FOUND_DEAD: PassageReason.DEATH,
        FactChange.KILLED: PassageReason.DEATH,
        FactChange.DISAPPEARED: PassageReason.DISAPPEARANCE,
    }
)
"""By what change consent passes to family, and why."""


def document_kind(demands: DemandsNow) -> DocumentKind:
    """Return what takes the place of the documents before."""
    changed = demands is DemandsNow.CHANGED
    return DocumentKind.FURTHER_INFORMATION if changed else DocumentKind.STOP_ACTION


class Widening(StrictModel):
    """What comes to a case under way, in the case format; people come with a risk assessment of their own."""

    people_at_risk: Annotated[tuple[PersonAtRisk, ...], OnlyLists, Field(max_length=199)] = ()
    concerns: Annotated[
        tuple[Concern, ...], OnlyLists, across_entries(no_repeats(lambda concern: concern))
    ] = ()
    targets: Annotated[tuple[Target, ...], OnlyLists, Field(max_length=500)] = ()
    risk_assessment: RiskAssessment | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find one that adds nothing, and people whose risk nobody has judged."""
        if not any(tree.get(field) for field in ("people_at_risk", "concerns", "targets")):
            yield refused_at((), "must add something", "Write people_at_risk, concerns or targets.")
        if tree.get("people_at_risk") and tree.get("risk_assessment") is None:
            remedy = "Say how dangerous it is for those who are added, and for those before."
            yield refused_at(("risk_assessment",), "is required with people_at_risk", remedy)


class ChangedFactEntry(StrictModel):
    """What changed for whom, what that means for the demands, and who says so: that is sealed."""

    change: FactChange
    person: Position | None = None
    demands: DemandsNow
    known_on: PastDay
    happened_on: PastDay | None = None
    source: Source
    family: Family | None = None
    adds: Widening | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find what does not belong to the change, and what it needs."""
        change = tree.get("change")
        if change not in tuple(FactChange):
            return
        yield from _of_a_person(tree, widens=change == FactChange.WIDENED)
        if tree.get("family") is not None and change not in PASSES:
            remedy = "Remove it: consent passes to family by death or disappearance."
            yield refused_at(("family",), f"is nothing of {change}", remedy)


def _of_a_person(tree: Mapping[object, object], *, widens: bool) -> Iterator[InitErrorDetails]:
    needed, foreign = ("adds", "person") if widens else ("person", "adds")
    remedies = {
        "adds": "Write who or what is added; for a change that concerns one person leave it out.",
        "person": "Write her number in the case, 0 for the first; leave it out with change: widened.",
    }
    rules = {"adds": "widened", "person": "a change that concerns one person"}
    if tree.get(needed) is None:
        yield refused_at((needed,), f"is required for {rules[needed]}", remedies[needed])
    if tree.get(foreign) is not None:
        yield refused_at((foreign,), f"is only for {rules[foreign]}", remedies[foreign])
    if widens and tree.get("demands") in {DemandsNow.MET, DemandsNow.VOID}:
        remedy = "Write demands: changed, or report the other change on its own."
        yield refused_at(("demands",), "must be changed where a case widens", remedy)
