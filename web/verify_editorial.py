"""What a verifier is shown of a version that is marked as editorial: why, and each changed line."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.documents import texts_of
from storage.editorial import version_by_id
from web.differences import difference_of
from web.document_schemas import Change, LanguageView, LineView, PieceView
from web.verify_case import CaseShown, Opened


async def editorial_change(session: AsyncSession, case: CaseShown) -> Opened | None:
    """Compare a version with the one that it says it only corrects; None where it does not say so."""
    version = case.current.version
    if version.editorial_of is None:
        return None
    base = await version_by_id(session, version.editorial_of)
    after = {text.language: text for text in case.texts}
    compared = difference_of(await texts_of(session, base.id), after, after)
    languages = [{"language": one.language, "lines": list(map(_pieces, _changed(one)))} for one in compared]
    return {
        "version": base.number,
        "why": version.editorial_why,
        "languages": [one for one in languages if one["lines"]],
    }


def _changed(compared: LanguageView) -> list[LineView]:
    lines = (line for field in compared.fields for line in field.lines)
    return [line for line in lines if line.change is not Change.UNCHANGED]


def _pieces(line: LineView) -> list[Opened]:
    whole = [PieceView(change=line.change, text=line.after or line.before or "")]
    return [{"change": piece.change.value, "text": piece.text} for piece in line.pieces or whole]
