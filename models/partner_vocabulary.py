"""The closed vocabularies of the partners' directory."""

from enum import StrEnum


class PartnerKind(StrEnum):
    """What sort of partner it is."""

    ORGANISATION = "organisation"
    """A civil society organisation, registered or not."""
    NETWORK = "network"
    """A network or platform of organisations."""
    COLLECTIVE = "collective"
    """A collective of people, without an organisation behind it."""
    COMMUNITY = "community"
    """A people or community, or its own authority."""
    UNION = "union"
    """A union or professional association."""
    FUND = "fund"
    """A fund or foundation."""
    ACADEMIC = "academic"
    """A university or research centre."""
    FAITH = "faith"
    """A church or faith-based organisation."""
    MEDIUM = "medium"
    """A medium or an association of media."""
    OTHER = "other"
    """Anything else."""


class PartnerStatus(StrEnum):
    """How a partner stands with the network; only an active one is invited."""

    ACTIVE = "active"
    """It is invited."""
    PAUSED = "paused"
    """It is not invited for a while."""
    ENDED = "ended"
    """It is a partner no more; what it signed stays."""
    COMPROMISED = "compromised"
    """Somebody else may hold its addresses or links; what it signed has to be confirmed again."""


class ChangeOutcome(StrEnum):
    """What became of details that a partner corrected."""

    APPROVED = "approved"
    """They stand in the directory."""
    REFUSED = "refused"
    """They do not."""
    REPLACED = "replaced"
    """The same contact proposed others before anybody decided."""


class PartnerEventKind(StrEnum):
    """What happened to a partner of the directory."""

    CREATED = "created"
    """It was imported for the first time."""
    UPDATED = "updated"
    """An import changed it."""
    STATUS_CHANGED = "status_changed"
    """Its status was set."""
    LOGO_CHANGED = "logo_changed"
    """It got another logo."""
    SECRET_REPLACED = "secret_replaced"  # noqa: S105 - an event
    """The secret of its system was replaced by one of ours."""
    FORMER_SECRET_ENDED = "former_secret_ended"  # noqa: S105 - an event
    """What was sent is no longer signed with the secret that was replaced."""
    KEY_MADE = "key_made"
    """Its system got a key to read what was released to it."""
    KEY_REVOKED = "key_revoked"
    """A key of its system was revoked."""
    CHANGE_PROPOSED = "change_proposed"
    """One of its contacts corrected its details."""
    CHANGE_APPROVED = "change_approved"
    """A coordinator took the correction into the directory."""
    CHANGE_REFUSED = "change_refused"
    """A coordinator did not."""
