"""The directory files: partners that may sign, and contacts that receive what is released."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from models.addresses import EmailAddress, WebAddress, WebhookSecret, canonical_address
from models.problems import refusal
from models.scalars import Country, Language, Line, Slug, TimeZone
from models.strict_model import StrictModel, across_entries, no_repeats, parse
from models.vocabulary import Channel, ContactKind

CONTACT_CHANNELS = (Channel.EMAIL, Channel.SMS)

Languages = Annotated[
    tuple[Language, ...], Field(min_length=1, max_length=20), across_entries(no_repeats(lambda code: code))
]
Groups = Annotated[tuple[Slug, ...], Field(max_length=50), across_entries(no_repeats(lambda group: group))]


class PartnerContact(StrictModel):
    """A person who reads invitations for a partner."""

    name: Line
    email: EmailAddress
    language: Language


class PartnerApi(StrictModel):
    """The partner's own system, which takes statements as signed webhooks."""

    url: WebAddress
    secret: WebhookSecret


class PartnerEntry(StrictModel):
    """An organisation that may sign."""

    id: Slug
    name: Line
    country: Country
    languages: Languages
    groups: Groups
    contacts: Annotated[
        tuple[PartnerContact, ...],
        Field(min_length=1, max_length=20),
        across_entries(no_repeats(lambda contact: contact.email.casefold(), "email")),
    ]
    api: PartnerApi | None = None


def _contact_channel(channel: Channel) -> Channel:
    if channel not in CONTACT_CHANNELS:
        raise refusal("is not a way to write to a contact", "Use 'email' or 'sms'.")
    return channel


def _value_fits_channel(value: str, info: ValidationInfo) -> str:
    channel = info.data.get("channel")
    return canonical_address(channel, value) if isinstance(channel, Channel) else value


class ContactChannel(StrictModel):
    """One address of a contact."""

    channel: Annotated[Channel, AfterValidator(_contact_channel)]
    value: Annotated[Line, AfterValidator(_value_fits_channel)]


class ContactEntry(StrictModel):
    """A journalist or member who receives releases, with channels in order of preference."""

    id: Slug
    name: Line
    kind: ContactKind
    language: Language
    country: Country | None = None
    time_zone: TimeZone | None = None
    channels: Annotated[
        tuple[ContactChannel, ...],
        Field(min_length=1, max_length=10),
        across_entries(no_repeats(lambda way: (way.channel, way.value.casefold()), "value")),
    ]


class PartnersFile(StrictModel):
    """The whole of a partners file."""

    partners: Annotated[
        tuple[PartnerEntry, ...],
        Field(max_length=5_000),
        across_entries(no_repeats(lambda partner: partner.id, "id")),
    ]


class ContactsFile(StrictModel):
    """The whole of a contacts file."""

    contacts: Annotated[
        tuple[ContactEntry, ...],
        Field(max_length=200_000),
        across_entries(no_repeats(lambda contact: contact.id, "id")),
    ]


def parse_partners(tree: object) -> tuple[PartnerEntry, ...]:
    """Read a partners file, raising InvalidInput with all its problems."""
    return parse(PartnersFile, tree).partners


def parse_contacts(tree: object) -> tuple[ContactEntry, ...]:
    """Read a contacts file, raising InvalidInput with all its problems."""
    return parse(ContactsFile, tree).contacts
