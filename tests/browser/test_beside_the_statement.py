"""What else a partner does by her link, with a browser of her own: she asks, has it confirmed, comes late."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.proposals import Proposal
from models.questions import Question
from models.vocabulary import SignatureVisibility
from tests.browser.conftest import Visit
from tests.browser.links import signed_by, signing, to_sign
from tests.browser.partners_states import fill_in, press
from tests.browser.visitors import NO_SCRIPT, PHONE
from tests.browser.watched_states import to_screen
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import Case, changed_text, execute
from tests.integration.proposals import approver_link
from tests.integration.questions import ANSWER, answer
from tests.integration.sign_links import sign_link

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHOUT_SCRIPT = {**PHONE, **NO_SCRIPT}


async def signed(case: Case) -> list[tuple[str | None, bool]]:
    """Return who signed a case, and whether for its newest text."""
    rows = await execute(
        case.database,
        "SELECT signer_name, digest = (SELECT digest FROM document_version AS version"
        " WHERE version.document_id = signature.document_id ORDER BY number DESC LIMIT 1) FROM signature"
        " WHERE document_id = :document",
        document=case.document.document_id,
    )
    return [(row[0], row[1]) for row in rows]


async def test_she_asks_a_question_and_reads_the_answer(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WITHOUT_SCRIPT)
    home = page.url
    await page.locator("a[href$='/questions']").click()
    await page.locator("#question").fill("¿Ella misma acordó las demandas?")
    await page.locator("form button").click()
    async with case.database.transaction() as session:
        asked = (await session.exec(select(Question).order_by(Question.asked_at.desc()))).first()  # type: ignore[attr-defined]
    assert asked
    await answer(case, asked)
    await page.goto(home)
    await page.locator(".done a").click()
    assert ANSWER in await page.locator("main").inner_text()
    assert await signed(case) == []


async def test_her_director_confirms_by_a_link_of_her_own(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WITHOUT_SCRIPT)
    await page.locator("a[href$='/approver']").click()
    for field, typed in {
        "proposer_name": "Amparo Ficticia",
        "proposer_role": "Coordinadora",
        "approver_name": "Zoraida Inventada",
        "approver_email": "zoraida@manantial.example",
    }.items():
        await page.locator(f"#{field}").fill(typed)
    await page.locator("form button").click()
    assert await signed(case) == []
    async with case.database.transaction() as session:
        proposals = await session.exec(select(Proposal).order_by(Proposal.proposed_at.desc()))  # type: ignore[attr-defined]
        proposal = proposals.first()
    assert proposal
    hers = await visit(f"/s/{await approver_link(case, proposal)}", WITHOUT_SCRIPT)
    await fill_in(hers, "Zoraida Inventada", "Directora")
    await press(hers, "sign")
    assert await signed(case) == [("Zoraida Inventada", True)]
    await page.reload()
    assert "Zoraida Inventada" in await page.locator("main").inner_text()


async def test_a_text_that_changed_under_her_hand_is_shown_before_she_signs_it(
    web: WebProcess, visit: Visit
) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WITHOUT_SCRIPT)
    await fill_in(page)
    await changed_text(case, "Hubo otra llamada el martes.")
    await press(page, "sign")
    assert await signed(case) == []
    assert "otra llamada" in await page.locator(".changes ins").inner_text()
    await press(page, "sign")
    assert await signed(case) == [("Amparo Ficticia Ruiz", True)]


async def test_expired_and_revoked_links_show_one_page_with_nothing_to_press(
    web: WebProcess, visit: Visit
) -> None:
    case = await signing(web)
    expired = await sign_link(case, "casa-manantial", timedelta(seconds=-1))
    revoked = await sign_link(case, "red-del-volcan")
    await execute(
        web.database,
        "UPDATE invitation SET revoked_at = now() WHERE document_id = :id AND partner_id ="
        " (SELECT id FROM partner WHERE slug = 'red-del-volcan')",
        id=case.document.document_id,
    )
    page = await visit(f"/s/{expired}", WITHOUT_SCRIPT)
    shown = await page.locator("body").inner_text()
    await page.goto(f"/s/{revoked}")
    assert await page.locator("body").inner_text() == shown
    assert await page.locator("form, button, input").count() == 0


async def test_the_live_page_renews_itself_without_script(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_screen(case), WITHOUT_SCRIPT)
    headers: list[str] = []
    page.on("response", lambda answer: headers.append(answer.headers.get("refresh", "")))
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    await page.reload()
    assert headers == ["15"]
    assert "Red de Defensoras del Volcán" in await page.locator("main").inner_text()
