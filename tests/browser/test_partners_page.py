"""A partner reads and answers, with the browser, the hands and the eyes that she has."""

import pytest
from playwright.async_api import Page, ViewportSize

from models.vocabulary import SignatureVisibility
from tests import factories
from tests.browser.accessibility import has_visible_focus, sideways, violations
from tests.browser.conftest import Visit
from tests.browser.links import ARABIC, signed_by, signing, to_sign, with_arabic
from tests.browser.partners_states import NAME, ROLE, decline, fill_in, mark, press
from tests.browser.screenshots import FOLDER, photographed_everywhere
from tests.browser.visitors import DESKTOP, NO_SCRIPT, PHONE
from tests.browser.web_process import WebProcess
from tests.integration.outbox_cases import Case, execute

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAYS = {"phone": PHONE, "desktop": DESKTOP, "no script": {**PHONE, **NO_SCRIPT}}
SHEET: ViewportSize = {"width": 680, "height": 960}
RIGHT_TO_LEFT = "?lang=es&text=ar"


async def given(case: Case) -> list[tuple[str, str, str | None, str | None]]:
    """Return the answers that are recorded for a case."""
    rows = await execute(
        case.database,
        "SELECT answer, visibility, signer_name, signer_role FROM signature WHERE document_id = :document",
        document=case.document.document_id,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


@pytest.mark.parametrize("way", WAYS)
async def test_she_signs(web: WebProcess, visit: Visit, way: str) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WAYS[way])
    await fill_in(page)
    await press(page, "sign")
    assert "Casa de las Mujeres El Manantial" in await page.locator("h1").inner_text()
    assert await given(case) == [("signed", "public", NAME, ROLE)]


@pytest.mark.parametrize("way", WAYS)
async def test_she_signs_without_being_named(web: WebProcess, visit: Visit, way: str) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WAYS[way])
    await mark(page, "visibility-withheld")
    await fill_in(page)
    await press(page, "sign")
    assert "no se publica" in await page.locator("main").inner_text()
    assert await given(case) == [("signed", "withheld", NAME, ROLE)]


@pytest.mark.parametrize("way", WAYS)
async def test_she_declines_with_her_name_alone(web: WebProcess, visit: Visit, way: str) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), WAYS[way])
    await decline(page)
    assert await given(case) == []
    await page.locator("#signer_name").fill("Amparo Ficticia")
    await decline(page)
    assert "no firma" in await page.locator("h1").inner_text()
    assert await given(case) == [("declined", "public", "Amparo Ficticia", None)]


async def test_a_click_without_a_name_signs_nothing(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case))
    await press(page, "sign")
    assert await page.evaluate("() => document.activeElement.id") == "signer_name"
    assert await given(case) == []


async def test_what_she_typed_is_kept_and_a_problem_leads_to_its_field(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case), PHONE)
    await mark(page, "visibility-withheld")
    await fill_in(page, " ", ROLE)
    await press(page, "sign")
    assert await page.locator("#signer_role").input_value() == ROLE
    assert await page.locator("#visibility-withheld").is_checked()
    assert await page.locator("#signer_name").get_attribute("aria-invalid") == "true"
    await page.locator(".problems a").first.click()
    assert await page.evaluate("() => document.activeElement.id") == "signer_name"
    assert await given(case) == []


async def test_she_signs_with_the_keyboard_alone_and_sees_where_she_is(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    page = await visit(await to_sign(case))
    visited = await _tabbed_to(page, "signer_name")
    assert visited[0] == "#content"
    await page.keyboard.type(NAME)
    await page.keyboard.press("Tab")
    await page.keyboard.type(ROLE)
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    assert await page.locator("#visibility-authorities").is_checked()
    await page.keyboard.press("ArrowDown")
    assert await page.locator("#visibility-withheld").is_checked()
    await page.keyboard.press("Tab")
    assert await has_visible_focus(page)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dl")
    assert await given(case) == [("signed", "withheld", NAME, ROLE)]


async def test_the_skip_link_leads_past_the_languages(web: WebProcess, visit: Visit) -> None:
    page = await visit(await to_sign(await signing(web)))
    await page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert (await skip.bounding_box() or {"y": -1})["y"] >= 0
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("() => document.activeElement.closest('main') !== null")


async def test_who_has_signed_is_named_and_who_signs_withheld_is_counted(
    web: WebProcess, visit: Visit
) -> None:
    case = await signing(web)
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    await signed_by(case, "northern-lights-fund", SignatureVisibility.WITHHELD)
    page = await visit(await to_sign(case), PHONE)
    signed = await page.locator(".signed").inner_text()
    assert "Red de Defensoras del Volcán" in signed
    assert "El Salvador" in signed
    assert "1 organización" in signed
    assert "Northern" not in await page.locator("body").inner_text()


async def test_the_statement_has_a_language_of_its_own(web: WebProcess, visit: Visit) -> None:
    case = await signing(web, with_arabic(factories.case_tree()))
    page = await visit(await to_sign(case), PHONE)
    assert await page.locator(".letter .text").first.get_attribute("lang") == "es"
    await page.locator(".texts a[lang=ar]").click()
    assert await page.locator("html").get_attribute("lang") == "es"
    assert await page.locator("h1.headline").inner_text() == ARABIC["summary"]
    await page.locator(".languages a[lang=fr]").click()
    assert await page.locator("html").get_attribute("lang") == "fr"
    assert await page.locator("h1.headline").inner_text() == ARABIC["summary"]
    await fill_in(page, " ", ROLE)
    await press(page, "sign")
    assert await page.locator("h1.headline").inner_text() == ARABIC["summary"]
    await fill_in(page)
    await press(page, "sign")
    assert await given(case) == [("signed", "public", NAME, ROLE)]


async def test_a_statement_from_right_to_left_is_set_so_in_a_page_that_is_not(
    web: WebProcess, visit: Visit
) -> None:
    page = await visit(await to_sign(await signing(web, with_arabic(factories.case_tree()))))
    await page.goto(page.url + RIGHT_TO_LEFT)
    for part in (".headline", ".text p", "ol.text"):
        style = await page.locator(part).first.evaluate("one => getComputedStyle(one).direction")
        assert style == "rtl", part
    assert await page.locator("form").evaluate("one => getComputedStyle(one).direction") == "ltr"
    await photographed_everywhere(page, "sign-arabic.es")
    assert await violations(page) == []
    assert await sideways(page) == []


async def test_the_printed_page_is_the_letter(web: WebProcess, visit: Visit) -> None:
    case = await signing(web)
    await signed_by(case, "red-del-volcan", SignatureVisibility.PUBLIC)
    page = await visit(await to_sign(case))
    await page.emulate_media(media="print")
    shown = await page.locator("body").inner_text()
    await page.set_viewport_size(SHEET)
    await page.screenshot(path=FOLDER / "sign-printed.es.png", full_page=True)
    assert "Red Acuerpa" in shown
    assert "Ceiba" in shown
    assert "Red de Defensoras del Volcán" in shown
    for screen_only in ("Amparo", "Firmar", "English", "Casa de las Mujeres"):
        assert screen_only not in shown


async def test_the_page_weighs_less_than_60_kilobytes(web: WebProcess, visit: Visit) -> None:
    page = await visit("about:blank")
    received: list[int] = []
    page.on("response", lambda answer: received.append(int(answer.headers["content-length"])))
    await page.goto(await to_sign(await signing(web)))
    assert 0 < sum(received) < 60_000


async def _tabbed_to(page: Page, wanted: str) -> list[str]:
    """Press Tab until a field has the focus; return what had it before, each seen by its outline."""
    visited: list[str] = []
    for _ in range(30):
        await page.keyboard.press("Tab")
        where = await page.evaluate("() => document.activeElement.id || document.activeElement.hash || '?'")
        assert await has_visible_focus(page), where
        if where == wanted:
            return visited
        visited.append(where)
    raise AssertionError(f"the keyboard reaches {visited} and not {wanted}")
