"""The closed vocabularies of the contacts: why they may be written to, why not, and what was done to them."""

from enum import StrEnum
from typing import Final


class BasisKind(StrEnum):
    """Why somebody may be written to (GDPR, article 6; of members, article 9, paragraph 2 d)."""

    SUBSCRIBED = "subscribed"
    """She asked for it herself: consent, article 6, paragraph 1 a."""
    MEMBER = "member"
    """She belongs to the network or to one of its organisations, which tells its members: 6, 1 b."""
    PRESS_ADDRESS = "press_address"
    """A medium publishes the address for mail of this sort: legitimate interest, 6, 1 f."""
    PROFESSIONAL = "professional"
    """She works on the matter, and was told that she is written to and how to end it: 6, 1 f."""


class BasisMeans(StrEnum):
    """By what means somebody asked to be written to."""

    WEB_FORM = "web_form"
    """On a web page, confirmed by a mail."""
    MESSAGE = "message"
    """By a mail or text of her own."""
    PAPER = "paper"
    """On a sheet that she signed."""
    IN_PERSON = "in_person"
    """She said so to somebody of the network."""
    PHONE = "phone"
    """She said so by telephone."""


class SuppressionReason(StrEnum):
    """Why an address is not written to."""

    NO_SUCH_ADDRESS = "no_such_address"
    """The provider says that it does not exist."""
    SOFT_BOUNCES = "soft_bounces"
    """Message after message came back for more than a week, and none arrived between them."""
    BOUNCED = "bounced"
    """What was sent there came back for good."""
    UNSUBSCRIBED = "unsubscribed"
    """Whoever reads it does not want to be written to."""
    OPTED_OUT = "opted_out"
    """Whoever reads it told the provider that she wants nothing from us."""
    COMPLAINED = "complained"
    """Whoever reads it called a message spam."""
    REMOVED = "removed"
    """She asked to be taken off the list of contacts."""


SAID_NO: Final = frozenset(
    {
        SuppressionReason.UNSUBSCRIBED,
        SuppressionReason.OPTED_OUT,
        SuppressionReason.COMPLAINED,
        SuppressionReason.REMOVED,
    }
)
"""A person's own word: it holds for the whole channel, and no other address takes its place."""


OF_LISTS_ALONE: Final = frozenset({SuppressionReason.UNSUBSCRIBED, SuppressionReason.REMOVED})
"""Words about the lists of contacts: her organisation may still ask her to sign."""


class RemovalReason(StrEnum):
    """Why a contact is removed."""

    ASKED = "asked"
    """She does not want to be written to: her addresses are kept as keyed hashes, and never written to."""
    MISTAKE = "mistake"
    """She stands there twice, or should never have: nothing of her is kept."""


class ContactEventKind(StrEnum):
    """What somebody did to the contacts."""

    IMPORTED = "imported"
    """A file was taken in."""
    REMOVED = "removed"
    """A contact was removed."""
    LIST_KEPT = "list_kept"
    """A list was made, or described anew."""
    LIST_REMOVED = "list_removed"
    """A list was taken away; whoever stood on it is a contact still."""
