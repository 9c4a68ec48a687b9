"""The numbered texts of a case, and the offices they address."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Interval, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import link, moment, primary_key, tree, uuids, word, words
from models.mechanisms import Mechanism
from models.vocabulary import Channel, DocumentKind, RenderingKind, TargetKind

_INTERVAL: Any = Interval()


class Document(SQLModel, table=True):
    """One numbered text of a case, index `UA-2026-014/1`, with its sign-on window.

    One that is `guided` was prepared because facts changed: it goes to those who received what it replaces.
    `sign_on` is whom it asks to sign, where that is not said by the case.
    """

    __table_args__ = (UniqueConstraint("action_id", "number"),)

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    number: int
    kind: DocumentKind = word(DocumentKind)
    sign_on_opened_at: datetime | None = moment(nullable=True)
    sign_on_closes_at: datetime | None = moment(nullable=True)
    sign_on_ended_at: datetime | None = moment(nullable=True)
    guided: bool = False
    sign_on: dict[str, Any] | None = tree(nullable=True)

    @property
    def is_notice(self) -> bool:
        """Tell whether it is what a stop or a withdrawal wrote: it says nothing of the case."""
        return self.kind is DocumentKind.STOP_ACTION and not self.guided


class DocumentVersion(SQLModel, table=True):
    """One wording of a document, known by the digest of all its texts.

    One that is marked as editorial names the version that it corrects, and says why.
    """

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: UUID = primary_key()
    document_id: UUID = link("document.id")
    number: int
    digest: bytes
    created_by: UUID = link("person.id")
    created_at: datetime = moment()
    editorial_of: UUID | None = link("document_version.id", nullable=True)
    editorial_why: str | None = None


class DocumentText(SQLModel, table=True):
    """A version in one language. Plain text and Markdown."""

    __tablename__ = "document_text"
    __table_args__ = (UniqueConstraint("version_id", "language"),)

    id: UUID = primary_key()
    version_id: UUID = link("document_version.id")
    language: str
    headline: str
    summary: str
    body: str
    background: str | None = None
    demands: list[str] = words()


class Rendering(SQLModel, table=True):
    """What readers of one kind get of a text: `people` are named in it beyond the text itself."""

    __table_args__ = (UniqueConstraint("version_id", "language", "kind"),)

    id: UUID = primary_key()
    version_id: UUID = link("document_version.id")
    language: str
    kind: RenderingKind = word(RenderingKind)
    people: list[UUID] = uuids()
    digest: bytes


class Identified(NamedTuple):
    """A person as an authority may be told of her: the name in the text, her own, and her role."""

    shown_as: str | None
    name: str
    role: str


class Target(SQLModel, table=True):
    """An office that is addressed."""

    id: UUID = primary_key()
    action_id: UUID = link("urgent_action.id")
    position: int
    kind: TargetKind = word(TargetKind)
    offices: dict[str, str] = tree()
    holder: str | None = None
    salutations: dict[str, str] = tree()
    language: str
    mechanism: Mechanism | None = word(Mechanism, default=None, nullable=True)
    replies_within: timedelta | None = Field(default=None, sa_type=_INTERVAL)

    def office(self, language: str) -> str:
        """Return what it is called in a language, else in its own."""
        for one in (language, self.language):
            if one in self.offices:
                return self.offices[one]
        return next(iter(self.offices.values()))


class TargetAddress(SQLModel, table=True):
    """One address of a target, with its source and validity."""

    __tablename__ = "target_address"

    id: UUID = primary_key()
    target_id: UUID = link("target.id")
    position: int
    channel: Channel = word(Channel)
    address: str
    fingerprint: bytes = Field(index=True)
    source: str
    checked_on: date
    valid_until: date | None = None


def digest_of(texts: Sequence[DocumentText]) -> bytes:
    """Compute the SHA-256 of a version: canonical JSON of its texts, ordered by language."""
    return _digest([_canonical(text) for text in sorted(texts, key=lambda text: text.language)])


def rendering_digest(text: DocumentText, identified: Sequence[Identified]) -> bytes:
    """Compute the SHA-256 of what a reader gets of a text: it, and those named beside it."""
    return _digest([_canonical(text), [list(one) for one in identified]])


def _canonical(text: DocumentText) -> list[Any]:
    return [text.language, text.headline, text.summary, text.body, text.background, text.demands]


def _digest(tree: list[Any]) -> bytes:
    return sha256(dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()).digest()
