"""What the API answers of documents, as far as this client shows it."""

from datetime import datetime, timedelta

from console.answers import Answer, Text


class Approval(Answer):
    """Who approved a text."""

    language: str
    person: str
    at: datetime


class Identified(Answer):
    """A person as authorities are told of her."""

    shown_as: str | None
    name: str
    role: str


class Rendering(Answer):
    """What readers of one kind get in one language."""

    language: str
    kind: str
    digest: str
    people: int
    identified: list[Identified] | None


class Version(Answer):
    """A version and its approvals."""

    version: int
    digest: str
    written_by: str
    written_at: datetime
    languages: list[str]
    approved: list[str]
    approvals: list[Approval]
    renderings: list[Rendering]
    editorial_of: int | None = None
    editorial_why: str | None = None


class Asked(Answer):
    """How partners are asked to sign a document."""

    closes_after: timedelta
    quorum: int
    release: str


class Document(Answer):
    """A document with its versions, oldest first."""

    index: str
    number: int
    kind: str
    sign_on: Asked | None = None
    versions: list[Version]


class DocumentList(Answer):
    """The documents of an action."""

    documents: list[Document]


class DocumentChanged(Answer):
    """A document after a change that took effect."""

    document: Document
    workflow_informed: bool


class WholeVersion(Version):
    """A version with its texts."""

    index: str
    kind: str
    newest: bool
    texts: list[Text]


class Piece(Answer):
    """Some words of a changed line."""

    change: str
    text: str


class Line(Answer):
    """One line, before and after."""

    change: str
    before: str | None
    after: str | None
    pieces: list[Piece]


class Field(Answer):
    """A field of a text, line by line."""

    field: str
    change: str
    lines: list[Line]


class Language(Answer):
    """The text in one language, field by field."""

    language: str
    change: str
    fields: list[Field]


class RenderingChange(Answer):
    """Whether readers of one kind get something else."""

    language: str
    kind: str
    change: str


class Difference(Answer):
    """What two versions of a document differ in."""

    index: str
    before: int
    after: int
    languages: list[Language]
    renderings: list[RenderingChange]
