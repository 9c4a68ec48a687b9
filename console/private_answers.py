"""What the API opens of what is sealed, as far as this client shows it."""

from datetime import date, datetime

from console.answers import Answer


class PrivateFamily(Answer):
    """Who decides in the place of a person at risk."""

    name: str
    relation: str
    note: str | None


class PrivateReason(Answer):
    """Why nobody could be asked for a consent."""

    use: str
    recorded_at: datetime
    reason: str


class PrivatePerson(Answer):
    """Who a person at risk is."""

    kind: str
    visibility: str
    display_name: str | None
    name: str
    aliases: list[str]
    private: dict[str, str | None]
    family: PrivateFamily | None = None
    consent_reasons: tuple[PrivateReason, ...] = ()


class PrivateSource(Answer):
    """Who a fact comes from."""

    kind: str
    received_on: date
    name: str
    note: str | None


class PrivateAnswer(Answer):
    """Why a partner declined, or took its signature back."""

    partner: str | None
    answer: str
    answered_at: datetime
    reason: str


class PrivateSigner(Answer):
    """Who answered for a partner, and who in it asked her to."""

    partner: str
    answer: str
    answered_at: datetime
    name: str
    role: str | None
    proposed_by: str | None
    proposed_by_role: str | None


class PrivateObjection(Answer):
    """What a verifier had against the case."""

    kind: str
    raised_at: datetime
    reason: str


class Private(Answer):
    """All that is sealed of an action; people in the order of the case."""

    reference: str
    facts: str
    people_at_risk: list[PrivatePerson]
    sources: list[PrivateSource]
    risk_level: str
    risk_note: str
    objections: tuple[PrivateObjection, ...] = ()
    answers: tuple[PrivateAnswer, ...] = ()
    signers: tuple[PrivateSigner, ...] = ()
