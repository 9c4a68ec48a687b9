"""A text that changes after partners have read it, and every answer that they gave."""

from models.documents import DocumentText
from storage import actions, documents
from tests.integration.outbox_cases import Case, execute
from web.versions import new_version

NEW_WORDS = "El 3 de diciembre recibieron otra llamada."
OLD_WORDS = "vehículo sin placas"


async def rewritten(case: Case, *, confirmed: bool = True) -> None:
    """Write another version of the text: some words are new, some are gone."""
    async with case.database.transaction() as session:
        action = await actions.action_by_id(session, case.action.id)
        document, version = await documents.current_version(session, action.id)
        old = await documents.texts_of(session, version.id)
        texts = [
            DocumentText(
                **{
                    **text.model_dump(exclude={"id", "version_id"}),
                    "body": text.body.replace(OLD_WORDS, "vehículo") + f"\n\n{NEW_WORDS}",
                }
            )
            for text in old.values()
        ]
        new = new_version(document.id, texts, action.author_id)
        await documents.write_version(session, action, document, new, action.author_id)
    if confirmed:
        await case.confirm()


async def answers(case: Case) -> list[tuple[str, bool]]:
    """List every answer that was ever given, oldest first, and whether it counts."""
    query = "SELECT answer, superseded_at IS NULL FROM signature ORDER BY answered_at"
    return [tuple(row) for row in await execute(case.database, query)]
