"""The public list of signatories: a page that other sites may frame, and the same for their scripts.

It says nothing of a case but its index. A list that may not be seen looks like one that does not exist.
"""

from functools import cache
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from storage.public_lists import PublicList, Signatory, public_list, public_logo
from templates.rendering import FOLDER
from web.errors import PROBLEM_JSON
from web.pages import NOT_INDEXED, PUBLIC, Showing, rendered, wanted_language
from web.schemas import ProblemDetails
from web.services import Services, Work

router = APIRouter()

LIST = PUBLIC + "{reference}/{number}/signatories"
LOGOS = PUBLIC + "logos/"
SCRIPT = PUBLIC + "signatories.js"

ON_ONE_PAGE: Final = 100
_SHA256_BYTES: Final = 32
_LONGEST_NUMBER: Final = 9
"""Digits: what is longer is no number of a document or page, and might be none that Python reads."""

_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
# A minute: whoever holds an action must not be contradicted for long by what others keep.
_FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
_SHOWN = Showing({**_FOR_A_MINUTE, "Referrer-Policy": "no-referrer", **NOT_INDEXED}, "*", pictures=True)
_NOT_SHOWN = Showing({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", **NOT_INDEXED}, "*")


class SignatoryView(BaseModel):
    """An organisation that signs and may be named."""

    name: str
    country: str = Field(description="ISO 3166-1 alpha-2.")
    website: str | None
    logo: str | None = Field(description="Address of a PNG, which may be kept for good.")


class PublicListView(BaseModel):
    """Who signs, by country and name."""

    index: str
    signatories: list[SignatoryView]
    organisations: int = Field(
        description="How many those stand for, with the members of collectives; each counted once."
    )
    unnamed_at_least: int = Field(
        description="How many sign beside them without being named, in fives; 0 where that is not told."
    )


@router.api_route(LIST, methods=["GET", "HEAD"], response_class=HTMLResponse, include_in_schema=False)
async def list_page(
    reference: str, number: str, request: Request, services: Work, lang: str | None = None
) -> HTMLResponse:
    """Show who signed, on a page that other sites may frame."""
    language = wanted_language(services, lang, services.renderer.default_language)
    found = await _found(services, reference, number)
    if found is None:
        return rendered(services, "no_public_list", language, {}, status=404, showing=_NOT_SHOWN)
    pages = max(1, -(-len(found.signatories) // ON_ONE_PAGE))
    page = min(_number_in(request.query_params.get("page", "1")) or 1, pages)
    shown = found.signatories[(page - 1) * ON_ONE_PAGE : page * ON_ONE_PAGE]
    context = {
        "index": found.index,
        "signatories": [{**one._asdict(), "logo": _logo("../../logos/", one)} for one in shown],
        "total": len(found.signatories),
        "organisations": found.organisations,
        "unnamed": found.unnamed,
        "page": page,
        "pages": [(one, f"?{urlencode({'lang': language, 'page': one})}") for one in range(1, pages + 1)],
    }
    kept = {"page": str(page)} if pages > 1 else None
    return rendered(services, "public_list", language, context, kept=kept, showing=_SHOWN)


@router.get(f"{LIST}.json", response_model=PublicListView, tags=["public"])
async def list_as_json(
    reference: str, number: str, services: Work, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """Tell who signed a released document: for every site, without a key."""
    found = await _found(services, reference, number)
    if found is None:
        problem = ProblemDetails(
            status=404,
            title="There is no list here.",
            detail="Either there is none at this address, or it is not shown at this moment.",
        )
        content = problem.model_dump(exclude_none=True)
        headers = {**_ANYWHERE, "Cache-Control": "no-store"}
        return JSONResponse(content, 404, headers=headers, media_type=PROBLEM_JSON)
    body = _view(services, found).model_dump_json().encode()
    headers = {**_ANYWHERE, **_FOR_A_MINUTE, "ETag": f'"{sha256(body).hexdigest()}"'}
    if if_none_match and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.api_route(LOGOS + "{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def logo(name: str, services: Work) -> Response:
    """Answer with the logo of a partner that stands on some list now."""
    digest = _digest_in(name)
    async with services.database.transaction() as session:
        png = await public_logo(session, digest) if digest else None
    if png is None:
        raise HTTPException(404)
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    policy = {"Content-Security-Policy": "default-src 'none'"}
    return Response(png, media_type="image/png", headers={**_ANYWHERE, **kept, **policy})


@router.api_route(SCRIPT, methods=["GET", "HEAD"], include_in_schema=False)
async def script() -> Response:
    """Answer with the script that shows a list on another site."""
    headers = {**_ANYWHERE, "Cache-Control": "public, max-age=3600"}
    return Response(_script(), media_type="text/javascript; charset=utf-8", headers=headers)


async def _found(services: Services, reference: str, number: str) -> PublicList | None:
    document = _number_in(number)
    if document is None or "\0" in reference:
        return None
    async with services.database.transaction() as session:
        return await public_list(session, reference, document)


def _number_in(text: str) -> int | None:
    """Read a number of a document or page; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _view(services: Services, found: PublicList) -> PublicListView:
    logos = services.public_url.rstrip("/") + LOGOS
    return PublicListView(
        index=found.index,
        signatories=[
            SignatoryView(**{**one._asdict(), "logo": _logo(logos, one)}) for one in found.signatories
        ],
        organisations=found.organisations,
        unnamed_at_least=found.unnamed,
    )


def _logo(folder: str, one: Signatory) -> str | None:
    return f"{folder}{one.logo.hex()}.png" if one.logo else None


def _digest_in(name: str) -> bytes | None:
    """Read the SHA-256 in the name of a picture; there is one way to write it."""
    try:
        digest = bytes.fromhex(name.removesuffix(".png"))
    except ValueError:
        return None
    return digest if len(digest) == _SHA256_BYTES and name == f"{digest.hex()}.png" else None


@cache
def _script() -> bytes:
    return (FOLDER / "web" / "signatories.js").read_bytes()
