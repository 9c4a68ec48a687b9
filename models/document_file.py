"""What a coordinator writes of a document: its texts, as a file holds them and the API takes them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer, StringConstraints

from models.case_sign_on import LaterSignOn
from models.problems import refusal
from models.scalars import Language, Line, LongProse, Prose
from models.strict_model import OnlyLists, StrictModel, parse
from models.vocabulary import DocumentKind

_SHA256 = re.compile("[0-9a-f]{64}")
_WRITTEN_BY_PEOPLE = (DocumentKind.ACTION, DocumentKind.FURTHER_INFORMATION)


class Wording(StrictModel):
    """A text in one language; body and background are Markdown. What is left out has its default."""

    headline: Line | None = None
    summary: Prose
    body: LongProse
    background: LongProse | None = None
    demands: Annotated[tuple[Line, ...], OnlyLists, Field(max_length=50)] | None = None


Wordings = Annotated[
    Mapping[Language, Wording],
    Field(min_length=1, max_length=20),
    AfterValidator(MappingProxyType),
    PlainSerializer(dict, return_type=dict[str, Wording]),
]


def _written_by_people(kind: object) -> object:
    if kind == DocumentKind.STOP_ACTION:
        raise refusal(
            "must not be stop_action: a stop writes its notice itself",
            "Use action or further_information; to end the action: starter.py stop REF or withdraw REF.",
        )
    if kind not in _WRITTEN_BY_PEOPLE:
        raise refusal("is not one of the known words", f"Use {' or '.join(_WRITTEN_BY_PEOPLE)}.")
    return kind


def _sha256(digest: str) -> str:
    if not _SHA256.fullmatch(digest):
        raise refusal("must be a SHA-256 digest", "Copy it from starter.py documents list REF --json.")
    return digest


class DocumentFile(StrictModel):
    """A further document, complete; with `sign_on`, partners are asked to sign it before it goes out."""

    kind: Annotated[DocumentKind, BeforeValidator(_written_by_people)]
    texts: Wordings
    sign_on: LaterSignOn | None = None


class Editorial(StrictModel):
    """The word of a coordinator that a version says the same as the one before, and why it was needed."""

    why: Prose


class VersionFile(StrictModel):
    """Another wording of a document in all its languages; `replaces` is the digest that it was made from.

    An `editorial` one keeps the signatures, once others have confirmed that it is. `sign_on` says of a later
    document that partners are asked to sign it, where it did not say so before.
    """

    texts: Wordings
    sign_on: LaterSignOn | None = None
    editorial: Editorial | None = None
    replaces: Annotated[str, StringConstraints(strict=True), AfterValidator(_sha256)] | None = None


def parse_document(tree: object) -> DocumentFile:
    """Read a further document, raising InvalidInput with all its problems."""
    return parse(DocumentFile, tree)


def parse_version(tree: object) -> VersionFile:
    """Read another version of a document, raising InvalidInput with all its problems."""
    return parse(VersionFile, tree)


def tree_of(file: BaseModel) -> dict[str, Any]:
    """Return a file as JSON values, without what was left out."""
    return file.model_dump(mode="json", exclude_none=True)
