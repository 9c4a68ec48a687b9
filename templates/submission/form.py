"""What a form is made of: sections of fields, each with where its value comes from."""

from enum import StrEnum
from typing import NamedTuple

from models.mechanisms import Mechanism
from models.vocabulary import Concern


class Value(StrEnum):
    """Where what stands in a field comes from."""

    PEOPLE = "people"
    """The people who allow it: names, what texts call them, roles."""
    CONSENTS = "consents"
    """Who gave each consent to be submitted, and when."""
    NAMES_TO_STATE = "names_to_state"
    """Whose names may be given to the authorities of the state."""
    NAMES_IN_PUBLIC = "names_in_public"
    """Whose names may be published."""
    NETWORK = "network"
    """The network that coordinates the action, with its reference."""
    COUNTRY = "country"
    """The country of the event."""
    REGION = "region"
    """The region of the event."""
    OCCURRED_ON = "occurred_on"
    """Its day, or its month."""
    CONCERNS = "concerns"
    """What is feared, in the vocabulary of urgent actions."""
    RIGHTS = "rights"
    """The rights that what is feared endangers."""
    URGENCY = "urgency"
    """How soon something must happen."""
    BODY = "body"
    """The approved text: headline, summary and body."""
    BACKGROUND = "background"
    """Its background."""
    DEMANDS = "demands"
    """What is asked."""
    WRITTEN_TO = "written_to"
    """The authorities that the statement was sent to, and when."""
    BY_HAND = "by_hand"
    """No column of ours holds it: whoever sends the draft writes it."""


class FormField(NamedTuple):
    """One field. What is not required may stay empty."""

    key: str
    label: str
    value: Value
    required: bool = True


class FormSection(NamedTuple):
    """Fields under a title."""

    title: str
    fields: tuple[FormField, ...]


class Form(NamedTuple):
    """A form of a mechanism, in its order; one that is `only_for` some concerns fits no other case."""

    mechanism: Mechanism
    title: str
    sections: tuple[FormSection, ...]
    only_for: frozenset[Concern] = frozenset()


def translatable(message: str) -> str:
    """Mark a message for the catalogs; it is translated when a form is filled in."""
    return message
