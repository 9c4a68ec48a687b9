"""What is handed in about consents once a case exists: records, revocations, passages, appearances."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, StrictInt

from models.case_people import Consent, fitting_pseudonym
from models.problems import refusal
from models.scalars import Line, PastDay, Prose
from models.strict_model import StrictModel
from models.vocabulary import ConsentUse, PassageReason, Visibility

ALL: Final = "all"
LAST_POSITION: Final = 199

Position = Annotated[StrictInt, Field(ge=0, le=LAST_POSITION)]
"""Which person of a case: 0 is the first."""


class ConsentRecord(Consent):
    """A consent, or its refusal, that counts from now on in place of the one before."""

    person: Position


def _person_or_all(value: object) -> int | None:
    if value == ALL:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LAST_POSITION:
        return value
    raise refusal(
        "must be the number of a person, or all", 'Write her number in the case, 0 for the first, or "all".'
    )


def _use_or_all(value: object) -> ConsentUse | None:
    if value == ALL:
        return None
    known = [use.value for use in ConsentUse]
    if isinstance(value, str) and value in known:
        return ConsentUse(value)
    raise refusal("is not one of the known words", f"Use {', '.join(known)} or all.")


class Revocation(StrictModel):
    """Whose consents are taken back, and for which use; None stands for all."""

    person: Annotated[int | None, PlainValidator(_person_or_all)]
    use: Annotated[ConsentUse | None, PlainValidator(_use_or_all)]


class Family(StrictModel):
    """Who decides in place of the person at risk."""

    name: Line
    relation: Line


class Passage(StrictModel):
    """By death or disappearance consent passes to named family."""

    because: PassageReason
    happened_on: PastDay
    family: Family
    note: Prose | None = None


class Appearance(StrictModel):
    """How a person at risk may appear from now on."""

    visibility: Visibility
    pseudonym: Annotated[Line | None, AfterValidator(fitting_pseudonym), Field(validate_default=True)] = None
