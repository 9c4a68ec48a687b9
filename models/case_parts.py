"""The parts of a case: people at risk, targets, sign-on, release and follow-up."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from models.addresses import canonical_address
from models.problems import all_refusals, refusal, refused_at, reworded
from models.scalars import (
    Country,
    Day,
    DayOrMonth,
    Duration,
    Language,
    Line,
    Localised,
    LongProse,
    PastDay,
    Prose,
    Slug,
    Window,
    latest_day,
)
from models.strict_model import EntriesRule, Entry, OnlyLists, StrictModel, across_entries, no_repeats
from models.vocabulary import (
    Audience,
    Channel,
    ConsentGiver,
    ConsentMethod,
    ConsentUse,
    PersonKind,
    ReleasePolicy,
    RiskLevel,
    SourceKind,
    TargetKind,
    Visibility,
)

TARGET_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.LETTER)


class Event(StrictModel):
    """What happened, for the case file; only the texts are ever sent."""

    occurred_on: DayOrMonth
    country: Country
    region: Line | None = None
    facts: LongProse


def _until_not_before(until: date | None, info: ValidationInfo) -> date | None:
    given_on = info.data.get("on")
    if until and given_on and until < given_on:
        raise refusal("must not be before `on`", "Write the last day on which the consent holds.")
    return until


def _on_as_written(tree: object) -> object:
    """Undo YAML 1.1, whose readers turn the key `on` into true, and JSON writers that into "true"."""
    if not isinstance(tree, Mapping) or "on" in tree:
        return tree
    return {"on" if key is True or key == "true" else key: value for key, value in tree.items()}


class Consent(StrictModel):
    """One consent for one use."""

    use: ConsentUse
    given: StrictBool
    given_by: ConsentGiver
    method: ConsentMethod
    on: PastDay
    until: Annotated[Day | None, AfterValidator(_until_not_before)] = None

    _on_key = model_validator(mode="before")(_on_as_written)


def _pseudonym_fits(pseudonym: str | None, info: ValidationInfo) -> str | None:
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
    pseudonym: Annotated[Line | None, AfterValidator(_pseudonym_fits), Field(validate_default=True)] = None
    private: Annotated[
        Mapping[Line, Prose | None],
        Field(max_length=50),
        AfterValidator(MappingProxyType),
        PlainSerializer(dict, return_type=dict[str, str | None]),
        WrapValidator(_without_keys),
    ] = Field(default_factory=dict, validate_default=True)
    consents: Annotated[tuple[Consent, ...], Field(max_length=50), across_entries(_name_may_be_used)]


class Source(StrictModel):
    """Where a fact comes from."""

    kind: SourceKind
    name: Line
    received_on: PastDay
    note: Prose | None = None


class RiskAssessment(StrictModel):
    """How dangerous publishing is."""

    level: RiskLevel
    note: Prose


class Text(StrictModel):
    """The statement in one language, in Markdown."""

    summary: Prose
    body: LongProse
    background: LongProse | None = None


def _target_channel(channel: Channel) -> Channel:
    if channel not in TARGET_CHANNELS:
        raise refusal("is not a way to write to an office", "Use 'email', 'sms' or 'letter'.")
    return channel


def _value_fits_channel(value: str, info: ValidationInfo) -> str:
    channel = info.data.get("channel")
    return canonical_address(channel, value) if isinstance(channel, Channel) else value


def _after_check(valid_until: date, info: ValidationInfo) -> date:
    checked_on = info.data.get("checked_on")
    if checked_on and valid_until <= checked_on:
        raise refusal("must be after `checked_on`", "Write the day by which it must be checked again.")
    return valid_until


class TargetAddress(StrictModel):
    """One address of an office, with where it was found and until when it may be trusted."""

    channel: Annotated[Channel, AfterValidator(_target_channel)]
    value: Annotated[Prose, AfterValidator(_value_fits_channel)]
    source: Line
    checked_on: PastDay
    valid_until: Annotated[Day, AfterValidator(_after_check)]


class Target(StrictModel):
    """An office that is addressed."""

    office: Localised
    holder: Line | None = None
    salutation: Localised
    kind: TargetKind
    language: Language
    replies_within: Duration | None = None
    addresses: Annotated[tuple[TargetAddress, ...], OnlyLists, Field(min_length=1, max_length=20)]


class PartnerSelection(StrictModel):
    """Which partners are invited: those of the groups, or those listed."""

    groups: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=500)] | None = None
    ids: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=500)] | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a choice by both or by neither."""
        named = [field for field in cls.model_fields if tree.get(field) is not None]
        if len(named) != 1:
            yield refused_at((), "must name either groups or ids", "Write one of them, or `partners: all`.")


def _partner_choice(
    value: object, _handler: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Literal["all"] | PartnerSelection:
    """Read the choice without pydantic's union, which would report the problems of both forms."""
    if value == "all":
        return "all"
    if not isinstance(value, Mapping | PartnerSelection):
        raise refusal(
            "must be all, or name groups or ids", "Write `all`, `{groups: [...]}` or `{ids: [...]}`."
        )
    return PartnerSelection.model_validate(value, context=info.context)


def _increasing(
    entries: list[Entry[timedelta]], info: ValidationInfo, end: str
) -> Iterator[InitErrorDetails]:
    previous: timedelta | None = None
    last = info.data.get(end)
    for entry in entries:
        if entry.item is None:
            continue
        if previous is not None and entry.item <= previous:
            yield refused_at((entry.index,), "must be later than the one before", "Put them in order.")
        if last is not None and entry.item >= last:
            yield refused_at((entry.index,), f"must be before {end}", f"Shorten it, or lengthen {end}.")
        previous = entry.item


class SignOn(StrictModel):
    """Whom to ask for a signature, and for how long; offsets count from the invitation."""

    partners: Annotated[
        Literal["all"] | PartnerSelection,
        WrapValidator(_partner_choice),
    ]
    quorum: Annotated[StrictInt, Field(ge=1, le=100_000)]
    closes_after: Duration
    release: ReleasePolicy
    remind_after: Annotated[
        tuple[Duration, ...],
        Field(max_length=50),
        across_entries(lambda entries, info: _increasing(entries, info, "closes_after")),
    ]


class QuietHours(StrictModel):
    """When a channel stays silent, in the recipient's time zone."""

    sms: Window


class Release(StrictModel):
    """To whom the statement goes."""

    audiences: Annotated[
        tuple[Audience, ...], Field(min_length=1), across_entries(no_repeats(lambda audience: audience))
    ]
    quiet_hours: QuietHours | None = None


class FollowUp(StrictModel):
    """How long the case is followed and when news is asked for; offsets count from the release."""

    expires_after: Duration
    check_ins: Annotated[
        tuple[Duration, ...],
        Field(max_length=100),
        across_entries(lambda entries, info: _increasing(entries, info, "expires_after")),
    ]
