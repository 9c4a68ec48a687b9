"""A draft of a submission as data: what a mechanism may be told of a case, and a form filled in from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from json import dumps

from models.mechanisms import Mechanism
from models.vocabulary import Concern, ConsentGiver, Urgency


@dataclass(frozen=True)
class AllowedPerson:
    """Somebody who allows that her case is submitted, and what else she allows."""

    name: str
    shown_as: str | None
    """What the texts call her, where that is another name."""
    role: str
    given_by: ConsentGiver
    given_on: date
    to_authorities: bool
    in_public: bool


@dataclass(frozen=True)
class SubmittedCase:
    """What of a case a mechanism may be told. Texts are Markdown, in one language, as they were approved."""

    reference: str
    language: str
    dated: date
    network: str
    country: str
    region: str | None
    occurred_on: str
    concerns: tuple[Concern, ...]
    urgency: Urgency
    headline: str
    summary: str
    body: str
    background: str | None
    demands: tuple[str, ...]
    people: tuple[AllowedPerson, ...]
    written_to: tuple[tuple[str, date], ...]
    """Offices of authorities that the statement was sent to, and when."""


@dataclass(frozen=True)
class DraftField:
    """One field of a form: plain lines, or Markdown, or nothing yet."""

    key: str
    label: str
    required: bool
    lines: tuple[str, ...] = ()
    prose: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing stands in it."""
        return not (self.lines or self.prose)


@dataclass(frozen=True)
class DraftSection:
    """Some fields of a form under one title."""

    title: str
    fields: tuple[DraftField, ...]


@dataclass(frozen=True)
class Draft:
    """A form of a mechanism, filled in as far as the case tells."""

    mechanism: Mechanism
    reference: str
    language: str
    dated: date
    title: str
    sections: tuple[DraftSection, ...]

    def fields(self) -> Iterator[DraftField]:
        """Go through the fields in the order of the form."""
        for section in self.sections:
            yield from section.fields

    def missing(self) -> list[DraftField]:
        """List the required fields in which nothing stands."""
        return [one for one in self.fields() if one.required and one.is_empty]

    def said(self) -> str:
        """Write out all that it says in one form, whatever it is written as; what identifies a draft."""
        said = [[one.key, list(one.lines), one.prose] for one in self.fields()]
        tree = [self.mechanism.value, self.reference, self.language, self.dated.isoformat(), said]
        return dumps(tree, ensure_ascii=False, separators=(",", ":"))
