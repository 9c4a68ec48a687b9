"""From texts to a version: its digest, and what readers of each kind get of it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.documents import DocumentText, DocumentVersion, Rendering, digest_of, rendering_digest
from models.lifecycle import Refusal
from models.problems import InvalidInput, Problem
from models.verification import CONSENT, EDITORIAL, FACTS, confirmable
from models.vocabulary import RenderingKind
from security.naming import KnownPerson, LiveUses
from storage.documents import NewVersion, current_versions, texts_of
from web.errors import ApiError, refused
from web.schemas import AttestationRequest


def new_version(
    document_id: UUID,
    texts: Sequence[DocumentText],
    author_id: UUID,
    people: Sequence[KnownPerson] = (),
    live: LiveUses = (),
) -> NewVersion:
    """Make the first version of a document; whoever stores it as a later one sets its number.

    `people` are those at risk, of whom authorities are told the names that they may know.
    """
    version = DocumentVersion(
        id=uuid4(), document_id=document_id, number=1, digest=digest_of(texts), created_by=author_id
    )
    for text in texts:
        text.version_id = version.id
    identified = [one for one in people if one.may_be_identified(live)]
    renderings = [_rendering(text, RenderingKind.PUBLIC, []) for text in texts]
    if identified:
        renderings += [_rendering(text, RenderingKind.IDENTIFIED, identified) for text in texts]
    return NewVersion(version, texts, renderings)


def _rendering(text: DocumentText, kind: RenderingKind, people: Sequence[KnownPerson]) -> Rendering:
    return Rendering(
        version_id=text.version_id,
        language=text.language,
        kind=kind,
        people=[one.person.id for one in people],
        digest=rendering_digest(text, [one.identified(text.language) for one in people]),
    )


async def confirmed_version(
    session: AsyncSession, action: UrgentAction, attestation: AttestationRequest
) -> tuple[DocumentVersion, list[str]]:
    """Find the version that somebody read, and what she confirms of it.

    Raises:
        ApiError: its text is not the newest of its document, or not the notice of a stopped action; or the
            consents are others than she read.
        InvalidInput: she confirms something that the version does not have.
    """
    versions = await current_versions(session, action.id)
    read = [one for one in versions if one.version.digest.hex() == attestation.digest]
    if not read:
        raise ApiError(
            409, "The text is not the one that you read.", "Read the current version and attest its digest."
        )
    document, version = read[-1]
    if action.stopped_at and not document.is_notice:
        raise refused(Refusal.ALREADY_ENDED)
    languages = sorted(await texts_of(session, version.id))
    possible = confirmable(languages, editorial=version.editorial_of is not None)
    if document.is_notice:
        possible = [one for one in possible if one not in {FACTS, CONSENT}]
    # That signatures are kept is nothing to be confirmed in passing.
    everything = [one for one in possible if one != EDITORIAL]
    chosen = everything if attestation.confirms is None else list(attestation.confirms)
    _refuse_unknown(chosen, possible)
    if CONSENT in chosen and attestation.consent_revision != action.consent_revision:
        raise ApiError(
            409,
            "The consents are not those that you read.",
            "Read the action, and name its consent_revision with what you confirm.",
        )
    return version, chosen


def _refuse_unknown(chosen: Sequence[str], possible: Sequence[str]) -> None:
    problems = tuple(
        Problem(
            field=f"confirms.{place}",
            rule="is not something of this version",
            remedy=f"Use {', '.join(possible)}.",
        )
        for place, one in enumerate(chosen)
        if one not in possible
    )
    if problems:
        raise InvalidInput(problems)
