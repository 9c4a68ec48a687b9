"""From rows of documents to what the API answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import DocumentText, Rendering
from security.naming import KnownPerson
from storage import approvals
from storage.approvals import Approval, WrittenVersion
from storage.sign_on_plans import plan_of_sign_on
from web import views
from web.document_schemas import (
    ApprovalView,
    AskedView,
    DocumentSummary,
    IdentifiedView,
    RenderingView,
    VersionSummary,
    VersionView,
)
from web.errors import ApiError


@dataclass(frozen=True)
class Documents:
    """All documents of an action, in all their versions."""

    action: UrgentAction
    versions: list[WrittenVersion]
    texts: list[DocumentText]
    renderings: list[Rendering]
    approvals: list[Approval]
    approved: set[tuple[UUID, str]]

    def version(self, number: int, version: int) -> WrittenVersion:
        """Return a version by its numbers, or answer 404."""
        wanted = (number, version)
        found = [one for one in self.versions if (one.document.number, one.version.number) == wanted]
        if not found:
            raise unknown_document()
        return found[0]

    def texts_of(self, written: WrittenVersion) -> dict[str, DocumentText]:
        """Map the languages of a version to its texts, those of the action first and in its order."""
        own = [one for one in self.texts if one.version_id == written.version.id]
        order = views.language_order(self.action)
        return {one.language: one for one in sorted(own, key=lambda text: order(text.language))}

    def renderings_of(self, written: WrittenVersion) -> list[Rendering]:
        """List what readers get of a version."""
        return [one for one in self.renderings if one.version_id == written.version.id]

    def named_to_authorities(self, written: WrittenVersion) -> set[UUID]:
        """List whom authorities are told of beside the texts of a version."""
        return {person_id for one in self.renderings_of(written) for person_id in one.people}

    def index(self, written: WrittenVersion) -> str:
        """Return the index of a version's document, like `UA-2026-014/2`."""
        return f"{self.action.reference}/{written.document.number}"

    def summaries(self) -> list[DocumentSummary]:
        """Show every document with its versions."""
        by_document = groupby(self.versions, key=lambda one: one.document.number)
        return [self._document(list(versions)) for _, versions in by_document]

    def summary(self, number: int) -> DocumentSummary:
        """Show one document with its versions."""
        return self._document([one for one in self.versions if one.document.number == number])

    def whole(self, written: WrittenVersion, people: Mapping[UUID, KnownPerson] | None) -> VersionView:
        """Show a version with its texts; given those at risk, also whom authorities are told of."""
        own = [one for one in self.versions if one.document.id == written.document.id]
        return VersionView(
            **self._version(written, people).model_dump(),
            index=self.index(written),
            kind=written.document.kind,
            newest=own[-1] == written,
            texts=[views.text(one) for one in self.texts_of(written).values()],
        )

    def _document(self, versions: list[WrittenVersion]) -> DocumentSummary:
        document = versions[0].document
        plan = plan_of_sign_on(self.action, document)
        return DocumentSummary(
            index=self.index(versions[0]),
            number=document.number,
            kind=document.kind,
            sign_on=plan and AskedView(**plan.model_dump(include=set(AskedView.model_fields))),
            versions=[self._version(one, None) for one in versions],
        )

    def _version(self, written: WrittenVersion, people: Mapping[UUID, KnownPerson] | None) -> VersionSummary:
        version = written.version
        languages = list(self.texts_of(written))
        return VersionSummary(
            version=version.number,
            digest=version.digest.hex(),
            written_by=written.author,
            written_at=version.created_at,
            languages=languages,
            approved=[one for one in languages if (version.id, one) in self.approved],
            approvals=[_approval(one) for one in self.approvals if one.version_id == version.id],
            renderings=[_rendering(one, people) for one in self.renderings_of(written)],
            editorial_of=self._number_of(version.editorial_of),
            editorial_why=version.editorial_why,
        )

    def _number_of(self, version_id: UUID | None) -> int | None:
        return next((one.version.number for one in self.versions if one.version.id == version_id), None)


async def documents_of(session: AsyncSession, action: UrgentAction) -> Documents:
    """Read all documents of an action."""
    return Documents(
        action,
        await approvals.all_versions(session, action.id),
        await approvals.all_texts(session, action.id),
        await approvals.all_renderings(session, action.id),
        await approvals.approvals(session, action.id),
        await approvals.approved_texts(session, action.id),
    )


def unknown_document() -> ApiError:
    """Say that a number names nothing."""
    return ApiError(
        404, "There is no such document or version.", "Look it up: starter.py documents list REF."
    )


def _approval(approval: Approval) -> ApprovalView:
    return ApprovalView(language=approval.language, person=approval.name, at=approval.at)


def _rendering(rendering: Rendering, people: Mapping[UUID, KnownPerson] | None) -> RenderingView:
    identified = None
    if people is not None:
        told = [people[one].identified(rendering.language) for one in rendering.people]
        identified = [IdentifiedView(**one._asdict()) for one in told]
    return RenderingView(
        language=rendering.language,
        kind=rendering.kind,
        digest=rendering.digest.hex(),
        people=len(rendering.people),
        identified=identified,
    )
