"""The parts of a case: people at risk, targets, release and follow-up."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
)
from pydantic_core import InitErrorDetails

from models.addresses import canonical_address
from models.lifecycle import WhenExpired
from models.mechanisms import Mechanism
from models.milestone_file import NewMilestone
from models.problems import refusal, refused_at
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
from models.strict_model import Entry, OnlyLists, StrictModel, across_entries, no_repeats
from models.vocabulary import (
    Audience,
    Channel,
    ContactKind,
    RiskLevel,
    SourceKind,
    TargetKind,
)

AUDIENCE_OF: Final = MappingProxyType(
    {ContactKind.PRESS: Audience.PRESS, ContactKind.MEMBER: Audience.MEMBERS}
)
"""The audience that each kind of contact is of."""

ONE_DAY: Final = timedelta(days=1)
"""A day that lies further back than this is over everywhere."""

TARGET_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.LETTER)


class Event(StrictModel):
    """What happened, for the case file; only the texts are ever sent."""

    occurred_on: DayOrMonth
    country: Country
    region: Line | None = None
    facts: LongProse


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
    if valid_until < latest_day(info) - ONE_DAY:
        raise refusal("must not be in the past", "Check the address again, and write until when it is valid.")
    return valid_until


class TargetAddress(StrictModel):
    """One address of an office, with where it was found and until when it may be trusted."""

    channel: Annotated[Channel, AfterValidator(_target_channel)]
    value: Annotated[Prose, AfterValidator(_value_fits_channel)]
    source: Line
    checked_on: PastDay
    valid_until: Annotated[Day, AfterValidator(_after_check)]


def _of_a_state_or_mechanism(mechanism: Mechanism, info: ValidationInfo) -> Mechanism:
    if info.data.get("kind") not in {None, TargetKind.AUTHORITY, TargetKind.MECHANISM}:
        raise refusal("is for authorities and mechanisms", "Leave it out, or correct `kind`.")
    return mechanism


class Target(StrictModel):
    """An office that is addressed; `mechanism` is that by whose procedure it answers."""

    office: Localised
    holder: Line | None = None
    salutation: Localised
    kind: TargetKind
    language: Language
    mechanism: Annotated[Mechanism, AfterValidator(_of_a_state_or_mechanism)] | None = None
    replies_within: Duration | None = None
    addresses: Annotated[tuple[TargetAddress, ...], OnlyLists, Field(min_length=1, max_length=20)]


def increasing(entries: list[Entry[timedelta]], info: ValidationInfo, end: str) -> Iterator[InitErrorDetails]:
    """Find moments that are not in order, or not before the field that ends them."""
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


class QuietHours(StrictModel):
    """When a channel stays silent, in the recipient's time zone."""

    sms: Window


class ContactSelection(StrictModel):
    """Which contacts of its audiences a release goes to: whoever fits one entry of each field given."""

    lists: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=100)] | None = None
    tags: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=100)] | None = None
    countries: Annotated[tuple[Country, ...], OnlyLists, Field(min_length=1, max_length=250)] | None = None
    kinds: Annotated[tuple[ContactKind, ...], OnlyLists, Field(min_length=1, max_length=2)] | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a selection by nothing."""
        if all(tree.get(field) is None for field in cls.model_fields):
            remedy = "Write lists, tags, countries or kinds; or leave it out for everybody."
            yield refused_at((), "must select by something", remedy)


def _among_audiences(entries: list[Entry[Audience]], info: ValidationInfo) -> Iterator[InitErrorDetails]:
    audiences = info.data.get("audiences", ())
    for entry in entries:
        if audiences and entry.item is not None and entry.item not in audiences:
            yield refused_at(
                (entry.index,), "must be one of audiences", "Add it there, or leave it out here."
            )


class Release(StrictModel):
    """To whom the statement goes, and to whom of them also as a letter in PDF.

    Audiences say which kinds of contacts, and `contacts` narrows them.
    """

    audiences: Annotated[
        tuple[Audience, ...], Field(min_length=1), across_entries(no_repeats(lambda audience: audience))
    ]
    contacts: ContactSelection | None = None
    quiet_hours: QuietHours | None = None
    attach_pdf: Annotated[
        tuple[Audience, ...],
        across_entries(no_repeats(lambda audience: audience)),
        across_entries(_among_audiences),
    ] = ()

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a selection among contacts that no audience has."""
        audiences, selection = tree.get("audiences"), tree.get("contacts")
        if not isinstance(audiences, list | tuple) or not isinstance(selection, Mapping):
            return
        if not audiences or any(audience not in tuple(Audience) for audience in audiences):
            return
        there = {kind for kind, audience in AUDIENCE_OF.items() if audience in audiences}
        if not there:
            remedy = "Add press or members to the audiences, or leave it out."
            yield refused_at(("contacts",), "selects among contacts that are not written to", remedy)
            return
        kinds = selection.get("kinds")
        for place, kind in enumerate(kinds if isinstance(kinds, list | tuple) else ()):
            if isinstance(kind, str) and kind in AUDIENCE_OF and kind not in there:
                remedy = f"Add {AUDIENCE_OF[ContactKind(kind)]} to the audiences, or take it out."
                yield refused_at(("contacts", "kinds", place), "is not among the audiences", remedy)


class FollowUp(StrictModel):
    """How long the case is followed and when news is asked for; offsets count from the release.

    `warn_before` is how long before its end the coordinator is warned, `when_expired` what becomes
    of it then. `milestones` are days that matter and are known already; their notes are sealed.
    """

    expires_after: Duration
    check_ins: Annotated[
        tuple[Duration, ...],
        Field(max_length=100),
        across_entries(lambda entries, info: increasing(entries, info, "expires_after")),
    ]
    warn_before: Duration | None = None
    when_expired: WhenExpired = WhenExpired.CLOSE
    milestones: Annotated[tuple[NewMilestone, ...], OnlyLists, Field(max_length=50)] = ()
