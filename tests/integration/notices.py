"""A stopped action, and the notice of its end, approved by others."""

from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText
from models.lifecycle import Decision
from models.messages import DocumentRef
from models.verification import text_in
from models.vocabulary import DocumentKind
from storage import actions, decisions, documents
from tests.integration.outbox_cases import Case
from web.versions import new_version


async def stopped(case: Case) -> Case:
    """Stop an action and write its notice; what is returned sends the notice, once it is confirmed."""
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        texts = [
            DocumentText(
                version_id=uuid4(),
                language=language,
                headline="Aviso",
                summary="Aviso",
                body="Ha terminado.",
                demands=[],
            )
            for language in action.languages
        ]
        notice = new_version(uuid4(), texts, action.author_id)
        await documents.open_document(session, action, DocumentKind.STOP_ACTION, notice, action.author_id)
        document = (await documents.current_version(session, action.id)).ref(action)
    return Case(case.database, case.action, document, case.verifiers)


async def approved_notice(session: AsyncSession, case: Case) -> DocumentRef:
    """Write the notice of a stop, and have it approved."""
    action, verifier_id = case.action, case.verifiers[0]
    texts = [
        DocumentText(version_id=uuid4(), language=language, headline="x", summary="x", body="x", demands=[])
        for language in action.languages
    ]
    notice = new_version(uuid4(), texts, action.author_id)
    session.add(action)
    await documents.open_document(session, action, DocumentKind.STOP_ACTION, notice, action.author_id)
    approved = [text_in(language) for language in action.languages]
    await decisions.attest(session, action, notice.version, verifier_id, approved)
    return (await documents.current_version(session, action.id)).ref(action)
