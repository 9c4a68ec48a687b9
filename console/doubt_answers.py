"""What the API answers about messages in doubt and suppressed addresses."""

from datetime import datetime

from console.answers import Answer


class InDoubt(Answer):
    """A message that may or may not have arrived, or that was held back."""

    id: str
    document: int
    purpose: str
    channel: str
    recipient: str
    language: str
    state: str
    failure: str | None = None
    since: datetime | None = None
    resent_at: datetime | None = None


class InDoubtList(Answer):
    """A page of them."""

    reference: str
    deliveries: list[InDoubt]
    next_after: str | None = None


class DoubtDecided(Answer):
    """How many messages a decision changed."""

    reference: str
    changed: int


class Suppression(Answer):
    """A suppressed address, by those who have it."""

    reason: str
    suppressed_at: datetime
    whose: list[str]


class SuppressionList(Answer):
    """The newest ones, and how many there are by reason."""

    counts: dict[str, int]
    suppressions: list[Suppression]


class SuppressionLifted(Answer):
    """The reasons that were lifted, and those that remain."""

    lifted: list[str]
    kept: list[str]
