"""The people of a case: who is at risk, how each may appear, and what each consents to."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    StrictBool,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from models.problems import all_refusals, refusal, refused_at, reworded
from models.scalars import Day, Line, Localised, PastDay, Prose, latest_day
from models.strict_model import (
    EntriesRule,
    Entry,
    OnlyLists,
    StrictModel,
    across_entries,
    no_repeats,
    on_as_written,
)
from models.vocabulary import ConsentGiver, ConsentMethod, ConsentUse, PersonKind, Visibility


def _until_not_before(until: date | None, info: ValidationInfo) -> date | None:
    given_on = info.data.get("on")
    if until and given_on and until < given_on:
        raise refusal("must not be before `on`", "Write the last day on which the consent holds.")
    return until


def _reason_fits(reason: str | None, info: ValidationInfo) -> str | None:
    nobody = info.data.get("given_by") is ConsentGiver.NOT_OBTAINABLE
    if nobody and reason is None:
        raise refusal("is required with given_by: not_obtainable", "Write why nobody could be asked.")
    if reason is not None and "given_by" in info.data and not nobody:
        raise refusal("is only for given_by: not_obtainable", "Remove it; sources have a note.")
    return reason


class Consent(StrictModel):
    """One consent for one use; `reason` says why nobody could be asked."""

    use: ConsentUse
    given: StrictBool
    given_by: ConsentGiver
    method: ConsentMethod
    on: PastDay
    until: Annotated[Day | None, AfterValidator(_until_not_before)] = None
    reason: Annotated[Prose | None, AfterValidator(_reason_fits), Field(validate_default=True)] = None

    _on_key = model_validator(mode="before")(on_as_written)


def fitting_pseudonym(pseudonym: str | None, info: ValidationInfo) -> str | None:
    """Refuse a pseudonym without its visibility, and the visibility without a pseudonym."""
    visibility = info.data.get("visibility")
    if visibility is Visibility.PSEUDONYM and pseudonym is None:
        raise refusal("is required with visibility: pseudonym", "Add the name that she chose for this case.")
    if visibility in {Visibility.NAMED, Visibility.WITHHELD} and pseudonym is not None:
        raise refusal("is only for visibility: pseudonym", "Remove it, or set visibility: pseudonym.")
    return pseudonym


_one_consent_per_use: EntriesRule[Consent] = no_repeats(lambda consent: consent.use, "use")


def _name_may_be_used(entries: list[Entry[Consent]], info: ValidationInfo) -> Iterator[InitErrorDetails]:
    yield from _one_consent_per_use(entries, info)
    if info.data.get("visibility") is not Visibility.NAMED:
        return
    for use in (ConsentUse.NAME_IN_PUBLIC, ConsentUse.NAME_TO_AUTHORITIES):
        consents = [entry for entry in entries if entry.says("use") == use]
        if not any(_may_be_live(entry, info) for entry in consents):
            remedy = "Add her given, unexpired consent, or set visibility: pseudonym or withheld."
            yield refused_at((), f"must hold a given {use} with visibility: named", remedy)


def _may_be_live(entry: Entry[Consent], info: ValidationInfo) -> bool:
    """Tell whether a consent is given and not over; one with problems of its own gets no second one here."""
    if entry.item is None:
        return entry.says("given") is not False
    until = entry.item.until
    return entry.item.given and (until is None or until >= latest_day(info) - timedelta(days=1))


def _without_keys(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Report problems at the field itself: its keys are hers, and a stray comma makes a value a key."""
    lines: list[InitErrorDetails] = []
    try:
        return handler(value)
    except ValidationError as error:
        lines = [InitErrorDetails(type=line["type"], loc=(), input=None) for line in reworded(error)]
    raise all_refusals("private", lines)


class PersonAtRisk(StrictModel):
    """Somebody under threat, or a family or group under one entry."""

    kind: PersonKind
    name: Line
    aliases: Annotated[tuple[Line, ...], OnlyLists, Field(max_length=50)] = ()
    role: Localised
    visibility: Visibility
    pseudonym: Annotated[Line | None, AfterValidator(fitting_pseudonym), Field(validate_default=True)] = None
    private: Annotated[
        Mapping[Line, Prose | None],
        Field(max_length=50),
        AfterValidator(MappingProxyType),
        PlainSerializer(dict, return_type=dict[str, str | None]),
        WrapValidator(_without_keys),
    ] = Field(default_factory=dict, validate_default=True)
    consents: Annotated[tuple[Consent, ...], Field(max_length=50), across_entries(_name_may_be_used)]
