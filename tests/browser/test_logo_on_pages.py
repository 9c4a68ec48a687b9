"""The network's own logo, as a partner sees it."""

import struct
import zlib

import pytest
from playwright.async_api import Page, Request

from tests.browser.accessibility import sideways, violations
from tests.browser.conftest import Visit
from tests.browser.links import signing, to_sign
from tests.browser.screenshots import photographed_everywhere
from tests.browser.visitors import NO_SCRIPT, PHONE
from tests.browser.web_process import WebProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH, HEIGHT = 480, 160


def picture() -> bytes:
    """Draw a wide logo of three bands."""
    bands = (b"\x5e\x2a\x7e", b"\xf7\xf4\xf8", b"\xb3\x47\x0a")
    rows = b"".join(b"\0" + bands[3 * row // HEIGHT] * WIDTH for row in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = tmp_path_factory.mktemp("logo") / "logo.png"
    file.write_bytes(picture())
    return {
        "ACUERPA_NETWORK_LOGO": str(file),
        "ACUERPA_NETWORK_NAME": "Red Nacional de Defensoras de los Ríos",
    }


async def is_drawn(page: Page) -> bool:
    """Tell whether the logo is there, in its own proportions."""
    box = await page.locator("img.logo").bounding_box()
    assert box
    return abs(box["width"] / box["height"] - WIDTH / HEIGHT) < 0.05


@pytest.mark.parametrize("options", [PHONE, {**PHONE, **NO_SCRIPT}], ids=["phone", "no script"])
async def test_it_is_drawn_with_and_without_script(
    web: WebProcess, visit: Visit, options: dict[str, object]
) -> None:
    assert await is_drawn(await visit(await to_sign(await signing(web)), options))


async def test_the_request_for_it_says_nothing_of_the_link_that_was_opened(
    web: WebProcess, visit: Visit
) -> None:
    page = await visit("about:blank")
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one))  # noqa: PLW0108 - Playwright marks its handlers
    await page.goto(await to_sign(await signing(web)))
    for_logo = [(one, await one.all_headers()) for one in asked if "/logo/" in one.url]
    shown = [headers for one, headers in for_logo if one.resource_type == "image"]
    assert shown
    assert [headers for headers in shown if "referer" in headers] == []
    # Chromium asks for the icon of its tab in a way of its own, which names the page; never the secret.
    assert [headers for _, headers in for_logo if "/s/" in headers.get("referer", "")] == []


async def test_it_hinders_nobody_and_the_page_weighs_less_than_60_kilobytes(
    web: WebProcess, visit: Visit
) -> None:
    page = await visit("about:blank")
    received: list[int] = []
    page.on("response", lambda answer: received.append(int(answer.headers["content-length"])))
    await page.goto(await to_sign(await signing(web)))
    assert 0 < sum(received) < 60_000
    await photographed_everywhere(page, "sign-logo.es")
    assert await violations(page) == []
    assert await sideways(page) == []
