"""What the API takes and answers of documents."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import ConfigDict, Field

from models.vocabulary import DocumentKind, ReleasePolicy, RenderingKind
from web.schemas import Digest, Request, Schema, TextView

TEXTS_EXAMPLE = {
    "es": {
        "headline": "Nuevas amenazas en Villa Ejemplo",
        "summary": "Dos defensoras recibieron otra amenaza.",
        "body": "**Luna** recibió otra llamada el 3 de diciembre.",
        "background": "La acción urgente salió el 20 de noviembre.",
        "demands": ["Investigar las llamadas."],
    },
    "en": {
        "summary": "Two defenders received another threat.",
        "body": "**Luna** received another call on 3 December.",
    },
}
DOCUMENT_EXAMPLE = {
    "kind": "further_information",
    "texts": TEXTS_EXAMPLE,
    "sign_on": {"closes_after": "PT24H", "quorum": 2, "remind_after": ["PT12H"]},
}
VERSION_EXAMPLE = {"texts": TEXTS_EXAMPLE, "replaces": "9f" * 32}


class ApprovalRequest(Request):
    """Approve the text in one language of the version that was read, named by its digest."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "es", "digest": "9f" * 32}]})

    language: str = Field(max_length=10)
    digest: Digest


class ApprovalView(Schema):
    """Who approved a text, and when; approvals that do not count are left out."""

    language: str
    person: str
    at: datetime


class IdentifiedView(Schema):
    """A person as authorities are told of her: the name in the text, her own, and her role."""

    shown_as: str | None
    name: str
    role: str


class RenderingView(Schema):
    """What readers of one kind get: to authorities, `people` are named beside the text.

    Who they are is said where that was asked for.
    """

    language: str
    kind: RenderingKind
    digest: Digest
    people: int
    identified: list[IdentifiedView] | None = None


class VersionSummary(Schema):
    """A version: its languages, those of them that are approved, and what its readers get."""

    version: int
    digest: Digest
    written_by: str
    written_at: datetime
    languages: list[str]
    approved: list[str]
    approvals: list[ApprovalView]
    renderings: list[RenderingView]
    editorial_of: int | None = None
    """The version that it corrects, where it is marked as an editorial one."""
    editorial_why: str | None = None


class AskedView(Schema):
    """How partners are asked to sign a document: for how long, and what lets it go out then."""

    closes_after: timedelta
    quorum: int
    release: ReleasePolicy


class DocumentSummary(Schema):
    """A document with its versions, oldest first: of these only the last may go out.

    `sign_on` is how partners are asked to sign it; none where they are not.
    """

    index: str
    number: int
    kind: DocumentKind
    sign_on: AskedView | None = None
    versions: list[VersionSummary]


class DocumentList(Schema):
    """The documents of an action, by number."""

    documents: list[DocumentSummary]


class DocumentChanged(Schema):
    """A document after a change that took effect; `workflow_informed` is false where Temporal is away."""

    document: DocumentSummary
    workflow_informed: bool


class VersionView(VersionSummary):
    """A version, whole."""

    index: str
    kind: DocumentKind
    newest: bool
    texts: list[TextView]


class Change(StrEnum):
    """What became of a part of a text from one version to another."""

    UNCHANGED = "unchanged"
    """It is the same."""
    ADDED = "added"
    """Only the later one has it."""
    REMOVED = "removed"
    """Only the earlier one has it."""
    CHANGED = "changed"
    """Both have it, in other words."""


class PieceView(Schema):
    """Some words of a changed line: unchanged, removed or added."""

    change: Change
    text: str


class LineView(Schema):
    """One line, whole. The pieces that were not added make `before`, those not removed `after`."""

    change: Change
    before: str | None
    after: str | None
    pieces: list[PieceView]


class FieldView(Schema):
    """A field of a text with all its lines; each demand is one."""

    field: str
    change: Change
    lines: list[LineView]


class LanguageView(Schema):
    """The text in one language, field by field."""

    language: str
    change: Change
    fields: list[FieldView]


class RenderingChange(Schema):
    """Whether readers of one kind get something else in one language."""

    language: str
    kind: RenderingKind
    change: Change


class DifferenceView(Schema):
    """All that two versions of a document differ in, and all that they share."""

    index: str
    before: int
    after: int
    before_digest: Digest
    after_digest: Digest
    languages: list[LanguageView]
    renderings: list[RenderingChange]
