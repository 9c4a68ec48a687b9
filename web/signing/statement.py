"""The statement as the pages to sign and to approve show it."""

from fastapi import Request
from sqlmodel.ext.asyncio.session import AsyncSession

from models.documents import DocumentText
from storage.sign_links import OpenedLink
from storage.signatures import signed_by
from web.pages import switch
from web.services import services_of


async def text_to_read(
    session: AsyncSession, request: Request, link: OpenedLink, language: str
) -> DocumentText:
    """Return the approved text in the first language of those that are wanted; `language` is the page's.

    Whom it does not speak to in hers, it speaks to in another of her organisation's.
    """
    texts = await services_of(request).texts.of(session, link.version.id)
    wanted = (request.query_params.get("text", ""), language, link.contact.language, *link.partner.languages)
    spoken = [spelling for one in wanted for spelling in (one, one.partition("-")[0])]
    return texts[next(one for one in (*spoken, *link.languages) if one in link.languages)]


async def statement_context(
    session: AsyncSession, request: Request, link: OpenedLink, language: str
) -> dict[str, object]:
    """Return the text, its other languages, its digest, and who has signed it."""
    statement = await statement_as_approved(session, request, link, language)
    return {**statement, **await signed_so_far(session, request, link)}


async def statement_as_approved(
    session: AsyncSession, request: Request, link: OpenedLink, language: str
) -> dict[str, object]:
    """Return the text, its other languages and its digest: what is the same for all who read it."""
    text = await text_to_read(session, request, link, language)
    return {
        "title": text.headline,
        "summary": text.summary,
        "body": text.body,
        "background": text.background,
        "demands": tuple(text.demands),
        "statement_language": text.language,
        "text_languages": switch("text", link.languages, {"lang": language}),
        "digest": link.version.digest.hex(),
    }


async def signed_so_far(session: AsyncSession, request: Request, link: OpenedLink) -> dict[str, object]:
    """Return who has signed the text, as the partial `_signed` shows it.

    What a request has written itself nobody else knows yet, nor may they before it is committed.
    """
    document, digest = link.document, link.version.digest
    if request.method == "POST":
        by = await signed_by(session, document.id, digest)
    else:
        by = await services_of(request).signatories.of(session, document.id, digest, document.set_aside)
    return {
        "signatories": tuple(by.named),
        "unnamed_signatories": by.organisations.unnamed,
        "organisations": by.organisations.total,
    }
