"""Writing documents and approving them language by language; reopening an action with one."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.document_file import VersionFile, parse_document, parse_version
from models.documents import DocumentVersion
from models.lifecycle import Decision
from models.problems import InvalidInput, Problem
from models.verification import text_in
from storage import decisions
from storage.changed_facts import is_out
from storage.documents import CurrentVersion, current_versions, open_document, texts_of, write_version
from web.actions import found
from web.authentication import Caller, CaseReader, Coordinator
from web.blanks import refuse_blanks
from web.decisions import told
from web.document_schemas import DOCUMENT_EXAMPLE, VERSION_EXAMPLE, ApprovalRequest, DocumentChanged
from web.document_views import documents_of, unknown_document
from web.documents import Number
from web.editorial import mark_editorial
from web.errors import ApiError, refused
from web.later_sign_on import asked_anew, have_asked, refuse_to_overtake
from web.leaks import refuse_leaks_in, refuse_unnamed
from web.schemas import DecisionView
from web.services import Services, Work
from web.writing import changed_texts, further_texts, refuse_unchanged, version_of_texts

router = APIRouter(prefix="/actions/{reference}", tags=["documents"])


@router.post("/documents", status_code=201)
async def add(
    reference: str,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[DOCUMENT_EXAMPLE])],
) -> DocumentChanged:
    """Write the next document of an action, once the one before it is out; it is verified afresh.

    A headline that is left out is the summary; demands that are left out are those of the action. With
    `sign_on`, partners are asked to sign it once its text may go out, and then it goes out as that says: what
    is left out there is as in the case.
    """
    file = parse_document(tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        await _refuse(session, action, Decision.EDIT)
        if action.released_at is None:
            raise ApiError(
                409,
                "The document before it is not out yet.",
                "Change that one: starter.py documents version REF N FILE; or release it first.",
            )
        await _refuse_before_the_replacement(session, action)
        sign_on = await asked_anew(session, services, action, file.sign_on)
        texts = await further_texts(session, action, file.texts)
        await refuse_leaks_in(session, services, action, texts, draft=True)
        new = await version_of_texts(session, services, action, texts, caller, signed=bool(sign_on))
        document = await open_document(session, action, file.kind, new, caller.person_id)
        document.sign_on = sign_on
        await decisions.tell(session, action.id)
    return await _changed(services, action, document.number, Decision.EDIT, caller)


@router.post("/documents/{number}/versions", status_code=201)
async def change(
    reference: str,
    number: Number,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[VERSION_EXAMPLE])],
) -> DocumentChanged:
    """Write another version of the newest document, in all its languages; what was attested counts no more.

    Headline and demands that are left out stay as they are. The notice of a stop is changed by this, too.
    Those who signed are asked again, unless it is marked as `editorial` and enough people confirm that. With
    `sign_on`, partners are asked to sign a later document that did not say so before.
    """
    file = parse_version(tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        current = await _newest_document(session, action, number)
        await _refuse(session, action, Decision.EDIT, notice=current.document.is_notice)
        _refuse_other_base(file, current.version)
        texts = await changed_texts(session, action, current, file.texts)
        await refuse_leaks_in(session, services, action, texts, draft=True)
        document = current.document
        asks = await have_asked(session, services, action, document, file.sign_on)
        new = await version_of_texts(
            session, services, action, texts, caller, notice=document.is_notice, signed=bool(document.sign_on)
        )
        if not asks:
            await refuse_unchanged(session, current, new)
        if file.editorial:
            await mark_editorial(session, services, action, current, new, file.editorial)
        await write_version(session, action, document, new, caller.person_id)
        await decisions.tell(session, action.id)
    return await _changed(services, action, number, Decision.EDIT, caller)


@router.post("/documents/{number}/versions/{version}/approvals")
async def approve(
    reference: str,
    number: Number,
    version: Number,
    approval: ApprovalRequest,
    services: Work,
    caller: CaseReader,
) -> DocumentChanged:
    """Approve the newest version's text in one language, as somebody who wrote neither it nor the case."""
    confirms = [text_in(approval.language)]
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        current = await _document(session, action, number)
        await _refuse(session, action, Decision.ATTEST)
        _refuse_other_version(current.version, version, approval.digest)
        _refuse_authors(action, current.version, caller)
        _refuse_unknown_language(sorted(await texts_of(session, current.version.id)), approval.language)
        await refuse_blanks(session, current.version)
        await refuse_unnamed(session, services, action, current.version, confirms)
        await decisions.attest(session, action, current.version, caller.person_id, confirms)
    return await _changed(services, action, number, Decision.ATTEST, caller)


@router.post("/reopen")
async def reopen(
    reference: str,
    services: Work,
    caller: Coordinator,
    tree: Annotated[Any, Body(examples=[DOCUMENT_EXAMPLE])],
) -> DecisionView:
    """Begin a closed action again with a new document; consents and attestations are asked for afresh.

    Until consents are recorded anew, its texts may be written but not approved where they name somebody.
    Partners are asked to sign it as the case says, or as its own `sign_on` does.
    """
    file = parse_document(tree)
    async with services.database.transaction() as session:
        action = await found(session, reference, lock=True)
        refusal = await decisions.decide(session, action, Decision.REOPEN, caller.person_id)
        if refusal:
            raise refused(refusal)
        sign_on = await asked_anew(session, services, action, file.sign_on)
        texts = await further_texts(session, action, file.texts)
        await refuse_leaks_in(session, services, action, texts, draft=True)
        new = await version_of_texts(session, services, action, texts, caller, signed=bool(sign_on))
        document = await open_document(session, action, file.kind, new, caller.person_id)
        document.sign_on = sign_on
        action.leading_document = document.number
    return await told(services, action, Decision.REOPEN, caller)


async def _changed(
    services: Services, action: UrgentAction, number: int, decision: Decision, caller: Caller
) -> DocumentChanged:
    """Tell the workflow of what was committed, and show what it brought."""
    informed = await services.gateway.inform(action, decision, caller.person_id)
    async with services.database.transaction() as session:
        documents = await documents_of(session, action)
    return DocumentChanged(document=documents.summary(number), workflow_informed=informed)


async def _refuse_before_the_replacement(session: AsyncSession, action: UrgentAction) -> None:
    """Refuse a document that would overtake one that is to replace old demands, or to be signed."""
    newest = (await current_versions(session, action.id))[-1].document
    await refuse_to_overtake(session, newest)
    if newest.guided and not await is_out(session, newest.id):
        raise ApiError(
            409,
            "What replaces the old demands is not out yet.",
            f"Change that one: starter.py documents version REF {newest.number} FILE, and release it first.",
        )


async def _document(session: AsyncSession, action: UrgentAction, number: int) -> CurrentVersion:
    """Return a document in its newest version, or answer 404."""
    versions = await current_versions(session, action.id)
    wanted = [one for one in versions if one.document.number == number]
    if not wanted:
        raise unknown_document()
    return wanted[0]


async def _newest_document(session: AsyncSession, action: UrgentAction, number: int) -> CurrentVersion:
    """Return a document in its newest version, or answer 409 where another document followed it."""
    wanted = await _document(session, action, number)
    if wanted != (await current_versions(session, action.id))[-1]:
        raise ApiError(
            409,
            "A later document has taken its place.",
            "Change the newest one, or write a further document: starter.py documents add REF FILE.",
        )
    return wanted


async def _refuse(
    session: AsyncSession, action: UrgentAction, decision: Decision, *, notice: bool = False
) -> None:
    """Refuse a decision by the action's life; the notice of a stop may be changed after it."""
    if notice and action.stopped_at:
        return
    refusal = await decisions.refusal(session, action, decision)
    if refusal:
        raise refused(refusal)


def _refuse_other_base(file: VersionFile, newest: DocumentVersion) -> None:
    if file.replaces is not None and file.replaces != newest.digest.hex():
        raise ApiError(
            409,
            "Somebody has changed the document meanwhile.",
            f"Take up what version {newest.number} says, and send yours with its digest as `replaces`.",
        )


def _refuse_other_version(newest: DocumentVersion, number: int, digest: str) -> None:
    if number > newest.number:
        raise unknown_document()
    if number < newest.number or digest != newest.digest.hex():
        raise ApiError(
            409,
            "The text is not the one that you read.",
            f"Read version {newest.number}, the newest one, and approve its digest.",
        )


def _refuse_authors(action: UrgentAction, version: DocumentVersion, caller: Caller) -> None:
    if caller.person_id in {action.author_id, version.created_by}:
        raise ApiError(
            409,
            "Its author cannot approve a text.",
            "Somebody who wrote neither the case nor this version must approve it.",
        )


def _refuse_unknown_language(languages: list[str], language: str) -> None:
    if language not in languages:
        known = f"Use {', '.join(languages)}."
        raise InvalidInput([Problem(field="language", rule="is not one of this version", remedy=known)])
