"""Answers about documents as the API gives them, built from the server's own schemas."""

from typing import Any

from models.vocabulary import DocumentKind, RenderingKind
from tests.unit.console.api_answers import DIGEST, NOW, REFERENCE, TEXT
from web.document_schemas import (
    ApprovalView,
    DocumentChanged,
    DocumentSummary,
    IdentifiedView,
    RenderingView,
    VersionSummary,
    VersionView,
)

ENGLISH = TEXT.model_copy(update={"language": "en", "body": "**Luna** cares for the spring."})
LUNA = IdentifiedView(shown_as="Luna", name="Itzel Robles Canseco", role="defensora")


def renderings(*identified: IdentifiedView) -> list[RenderingView]:
    def one(language: str, kind: RenderingKind) -> RenderingView:
        people = int(kind is RenderingKind.IDENTIFIED)
        told = list(identified) if identified and people else None
        return RenderingView(language=language, kind=kind, digest=DIGEST, people=people, identified=told)

    return [one(language, kind) for language in ("es", "en") for kind in RenderingKind]


def summary(version: int = 1, approved: tuple[str, ...] = (), **changes: Any) -> VersionSummary:
    standard = {
        "version": version,
        "digest": DIGEST,
        "written_by": "Ana Ejemplo",
        "written_at": NOW,
        "languages": ["es", "en"],
        "approved": list(approved),
        "approvals": [ApprovalView(language=one, person="Eva Ejemplo", at=NOW) for one in approved],
        "renderings": renderings(),
    }
    return VersionSummary.model_validate({**standard, **changes})


def listed(*versions: VersionSummary, number: int = 2) -> DocumentSummary:
    return DocumentSummary(
        index=f"{REFERENCE}/{number}",
        number=number,
        kind=DocumentKind.FURTHER_INFORMATION,
        versions=list(versions),
    )


def whole(version: VersionSummary, *, newest: bool = True) -> VersionView:
    more = {"index": f"{REFERENCE}/2", "kind": DocumentKind.FURTHER_INFORMATION, "newest": newest}
    return VersionView.model_validate({**version.model_dump(), **more, "texts": [TEXT, ENGLISH]})


def changed(*versions: VersionSummary, informed: bool = True) -> DocumentChanged:
    return DocumentChanged(document=listed(*versions), workflow_informed=informed)
