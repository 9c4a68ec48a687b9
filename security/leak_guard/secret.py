"""What must not be said, and where it was said: neither ever shows the secret when it is printed."""

from dataclasses import dataclass, field
from enum import StrEnum


class SecretKind(StrEnum):
    """What of a person a secret is."""

    NAME = "name"
    """Her name, as she or her papers write it."""
    ALIAS = "alias"
    """A name that she is also known by."""
    PHONE = "phone"
    """A number that reaches her."""
    PLACE = "place"
    """Where she can be found."""
    PRIVATE = "private"
    """Anything else that never leaves the case."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One thing that must not be said of one person, by her position in the case."""

    person: int
    kind: SecretKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A place of a text that says a secret: text[start:end]."""

    start: int
    end: int
    person: int
    kind: SecretKind


def line_and_column(text: str, start: int) -> tuple[int, int]:
    """Return where a character stands as people count, from 1, with lines that end in a line feed."""
    before = text[:start]
    return before.count("\n") + 1, start - before.rfind("\n")
