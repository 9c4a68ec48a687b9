"""The notice that an action has ended: written with the stop, approved by somebody else."""

from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from models.actions import UrgentAction
from models.columns import now
from models.documents import DocumentText
from models.lifecycle import Decision
from models.vocabulary import DocumentKind
from storage import decisions
from storage.documents import open_document
from web.services import Services
from web.versions import new_version


async def write_notice(
    session: AsyncSession, services: Services, action: UrgentAction, decision: Decision, person_id: UUID
) -> None:
    """Write the notice of a stop or a withdrawal in every language that went out; none where nothing did.

    It says which action ended and when, and nothing of what it was about.
    """
    languages = await decisions.languages_reached(session, action.id)
    if not languages:
        return
    texts = [_text(services, action, decision, language) for language in languages]
    notice = new_version(uuid4(), texts, person_id)
    await open_document(session, action, DocumentKind.STOP_ACTION, notice, person_id)


def _text(services: Services, action: UrgentAction, decision: Decision, language: str) -> DocumentText:
    context = {"reference": action.reference, "ended_at": now(), "time_zone": services.time_zone}
    notice = services.renderer.notice(decision.value, language, context)
    return DocumentText(
        version_id=uuid4(),
        language=language,
        headline=notice.headline,
        summary=notice.headline,
        body=notice.body,
        demands=[],
    )
