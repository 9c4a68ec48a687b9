"""What the API answers about windows and invitations, as the script reads it."""

from datetime import datetime

from console.answers import Answer


class MissedPartner(Answer):
    """A partner that was not reached; `lost` where nobody of it is left to be asked."""

    partner: str
    country: str
    lost: bool


class Window(Answer):
    """The sign-on window of a document."""

    index: str
    closes_at: datetime | None
    ended_at: datetime | None
    invited: int
    signed: int
    answered: int
    not_reached: list[MissedPartner]


class Invited(Answer):
    """A partner that is asked now; `is_new` where it was not invited before."""

    index: str
    partner: str
    is_new: bool


class Invitation(Answer):
    """An invited partner, and whether it has a link that opens its page."""

    document: int
    id: str
    partner: str
    country: str
    link: str
    expires_at: datetime | None


class InvitationList(Answer):
    """Invitations of an action."""

    reference: str
    invitations: list[Invitation]
