"""What a case needs before anything of it may leave: one table by urgency, which settings may change."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from models.scalars import Duration
from models.vocabulary import Urgency

FACTS: Final = "facts"
CONSENT: Final = "consent"
EDITORIAL: Final = "editorial"
_TEXT: Final = "text:"
_NONE: Final = "none"


class VerificationPolicy(BaseModel):
    """How many must stand behind a case, and how soon verifiers are asked again.

    It is written to the action when it is handed in: a later change of the settings leaves open cases alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: Annotated[int, Field(ge=1, le=20)] = 2
    """How many sources of any kind suffice."""
    direct_sources: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many direct testimonies suffice by themselves; None: none do."""
    attestations: Annotated[int, Field(ge=2, le=20)] = 2
    """How many people other than the author must confirm facts and consent."""
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    """How many people other than its author must approve a text."""
    remind_after: Duration
    """How long after being asked a verifier is reminded."""
    escalate_after: Duration
    """How long without an acknowledgement until the next on the duty list is asked."""
    sign_on: bool = True
    """Whether partners may be asked to sign."""


POLICIES: Final[Mapping[Urgency, VerificationPolicy]] = MappingProxyType(
    {
        Urgency.IMMEDIATE: VerificationPolicy(
            sources=2,
            direct_sources=1,
            attestations=2,
            remind_after=timedelta(hours=1),
            escalate_after=timedelta(hours=2),
        ),
        Urgency.URGENT: VerificationPolicy(
            sources=2, attestations=2, remind_after=timedelta(hours=4), escalate_after=timedelta(hours=12)
        ),
        Urgency.STANDARD: VerificationPolicy(
            sources=2, attestations=2, remind_after=timedelta(hours=24), escalate_after=timedelta(hours=72)
        ),
    }
)
"""The defaults."""


Policies = Mapping[Urgency, VerificationPolicy]


def described(policy: VerificationPolicy) -> str:
    """Write a policy as one line: what settings show and take."""
    tree = policy.model_dump(mode="json")
    return " ".join(f"{field}={_word(value)}" for field, value in tree.items())


def policy_of(line: str) -> VerificationPolicy:
    """Read a policy from one line of `field=value`; what is left out has its default.

    Raises:
        ValueError: a field is unknown, is missing, or has a value that it may not have.
    """
    pairs = dict(word.split("=", 1) for word in line.split())
    return VerificationPolicy.model_validate(
        {field: None if value == _NONE else value for field, value in pairs.items()}
    )


def _word(value: object) -> str:
    if value is None:
        return _NONE
    return str(value).lower() if isinstance(value, bool) else str(value)


def text_in(language: str) -> str:
    """Name what somebody confirms who approves the text in a language."""
    return f"{_TEXT}{language}"


def confirmable(languages: list[str], *, editorial: bool = False) -> list[str]:
    """List all that can be confirmed of a version with texts in these languages.

    Of one that is marked `editorial`, also that it says the same as the one that was signed.
    """
    return [FACTS, CONSENT, *map(text_in, languages), *([EDITORIAL] if editorial else [])]
