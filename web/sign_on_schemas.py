"""Invitations and signatures, as the API answers them."""

from datetime import datetime

from models.partners import LinkState
from models.vocabulary import Answer, SignatureVisibility
from web.schemas import Schema


class InvitationView(Schema):
    """An invited partner, and whether it has a link that opens its page."""

    document: int
    id: str
    partner: str
    country: str
    invited_at: datetime
    link: LinkState
    expires_at: datetime | None


class InvitationList(Schema):
    """Invitations of an action, by country and name."""

    reference: str
    invitations: list[InvitationView]


class SignatureView(Schema):
    """An invited partner and its answer; a withheld signature names neither partner nor moment.

    Beside one, partners that have not answered are not named either: nobody can tell it by who is left.

    `late` is an answer after the window; `for_newest_text` tells whether it was given for the text as it is.
    `disowned` takes an answer back that somebody else gave: its partner is named. `doubted` is not counted
    until its partner confirms it.
    """

    document: int
    partner: str | None
    country: str | None
    answer: Answer | None
    visibility: SignatureVisibility | None
    answered_at: datetime | None
    late: bool | None
    for_newest_text: bool | None
    disowned: bool | None = None
    doubted: bool | None = None
    by_mandate: bool | None = None


class SignatureList(Schema):
    """Every invitation of an action, by country and name; those without a name stand last."""

    signatures: list[SignatureView]
