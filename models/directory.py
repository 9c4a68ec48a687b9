"""The partners file: organisations that may sign, and the people who answer for them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, Field, StrictInt, ValidationError
from pydantic_core import InitErrorDetails

from models.addresses import EmailAddress, PhoneNumber, WebAddress, WebhookSecret
from models.partner_vocabulary import PartnerKind, PartnerStatus
from models.problems import InvalidInput, Problem, refusal, refused_at
from models.scalars import Country, Language, Line, PastDay, Slug, TimeZone
from models.strict_model import StrictModel, across_entries, no_repeats, parse
from models.vocabulary import Channel

CONTACT_CHANNELS = (Channel.EMAIL, Channel.SMS)

TAKEN_BY_THE_API: Final = frozenset({"changes"})
"""What stands where a partner's id does in the paths of the API."""

Languages = Annotated[
    tuple[Language, ...], Field(min_length=1, max_length=20), across_entries(no_repeats(lambda code: code))
]
Groups = Annotated[tuple[Slug, ...], Field(max_length=50), across_entries(no_repeats(lambda group: group))]


def _contact_channel(channel: Channel) -> Channel:
    if channel not in CONTACT_CHANNELS:
        raise refusal("is not a way to write to a contact", "Use 'email' or 'sms'.")
    return channel


ContactWay = Annotated[Channel, AfterValidator(_contact_channel)]


def _mail_alone(way: Channel) -> Channel:
    if way is not Channel.EMAIL:
        raise refusal(
            "is not how partners are asked: only mail is", "Leave it out; `phone` keeps her number for calls."
        )
    return way


class PartnerContact(StrictModel):
    """A person who answers for a partner. She is asked by mail: docs/decisions/015."""

    name: Line
    email: EmailAddress
    language: Language
    phone: PhoneNumber | None = None
    asked_by: Annotated[Channel, AfterValidator(_mail_alone)] = Channel.EMAIL


class PartnerApi(StrictModel):
    """The partner's own system, which takes statements as signed webhooks.

    The secret may be left out where the directory has it for the same address.
    """

    url: WebAddress
    secret: WebhookSecret | None = None


class Mandate(StrictModel):
    """A standing mandate: the partner signs whatever another one signs."""

    follows: Slug
    given_on: PastDay
    given_by: Line


def _free_id(slug: str) -> str:
    if slug in TAKEN_BY_THE_API:
        raise refusal("is a word of the API", "Choose another id.")
    return slug


class PartnerEntry(StrictModel):
    """An organisation that may sign; what is left out of `status` and `registered_address` is filled in."""

    id: Annotated[Slug, AfterValidator(_free_id)]
    name: Line
    kind: PartnerKind = PartnerKind.ORGANISATION
    country: Country
    languages: Languages
    groups: Groups
    time_zone: TimeZone | None = None
    website: WebAddress | None = None
    registered_address: EmailAddress | None = None
    contacts: Annotated[
        tuple[PartnerContact, ...],
        Field(min_length=1, max_length=20),
        across_entries(no_repeats(lambda contact: contact.email.casefold(), "email")),
    ]
    member_count: Annotated[StrictInt, Field(ge=1, le=1_000_000)] | None = None
    members: Annotated[
        tuple[Slug, ...], Field(max_length=5_000), across_entries(no_repeats(lambda member: member))
    ] = ()
    mandate: Mandate | None = None
    status: PartnerStatus | None = None
    api: PartnerApi | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a partner that counts itself, follows itself, or counts fewer members than it lists."""
        slug, members, mandate = tree.get("id"), tree.get("members"), tree.get("mandate")
        listed = members if isinstance(members, list | tuple) else ()
        for index, member in enumerate(listed):
            if member == slug:
                yield refused_at(("members", index), "is the partner itself", "Remove it.")
        if isinstance(mandate, Mapping) and mandate.get("follows") == slug:
            yield refused_at(("mandate", "follows"), "is the partner itself", "Name another partner.")
        count = tree.get("member_count")
        if isinstance(count, int) and count < len(listed):
            yield refused_at(("member_count",), "is less than the members listed", "Count all of them.")


class PartnersFile(StrictModel):
    """The whole of a partners file."""

    partners: Annotated[
        tuple[PartnerEntry, ...],
        Field(max_length=5_000),
        across_entries(no_repeats(lambda partner: partner.id, "id")),
    ]


def parse_partners(tree: object) -> tuple[PartnerEntry, ...]:
    """Read a partners file, raising InvalidInput with all its problems."""
    return parse(PartnersFile, tree).partners


class ReadPartners(NamedTuple):
    """As much of a partners file as can be read, each entry with its place, and all that is wrong."""

    entries: tuple[tuple[int, PartnerEntry], ...]
    problems: tuple[Problem, ...]


def read_partners(tree: object) -> ReadPartners:
    """Read of a partners file what is right, and name what is wrong."""
    try:
        return ReadPartners(tuple(enumerate(parse_partners(tree))), ())
    except InvalidInput as found:
        problems = found.problems
    listed = tree.get("partners") if isinstance(tree, Mapping) else None
    readable: dict[str, tuple[int, PartnerEntry]] = {}
    for index, raw in enumerate(listed if isinstance(listed, list | tuple) else ()):
        entry = _entry_or_none(raw)
        if entry:
            readable.setdefault(entry.id, (index, entry))
    return ReadPartners(tuple(readable.values()), problems)


def _entry_or_none(raw: object) -> PartnerEntry | None:
    try:
        return PartnerEntry.model_validate(raw)
    except ValidationError:
        return None
