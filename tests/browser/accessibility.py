"""What axe-core finds on a page, and what it cannot see by itself."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OF_PAGES = (*WCAG, "best-practice")
NARROWEST = {"width": 320, "height": 640}
"""WCAG 2.2, 1.4.10: as narrow as a page of 1280 pixels is at 400 % zoom."""

HALF = {"width": 640, "height": 400}
"""A window of 1280 by 800 pixels at 200 % zoom."""


async def violations(page: Page, tags: Sequence[str] = OF_PAGES) -> list[str]:
    """Run axe-core in the page; the debugger puts it there, so that the page's own policy stays in force."""
    await page.evaluate(AXE)
    # The one rule that is new in WCAG 2.2 sleeps unless it is named.
    options = {"runOnly": list(tags), "rules": {"target-size": {"enabled": True}}}
    found: dict[str, Any] = await page.evaluate("options => axe.run(document, options)", options)
    assert len(found["passes"]) > 5, "axe has looked at nothing"
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def sideways(page: Page) -> list[str]:
    """Name what makes a page scroll sideways: in a narrow window, and with its letters twice as large."""
    found = []
    for window, size in ((NARROWEST, "100%"), (HALF, "200%"), (NARROWEST, "200%")):
        await page.set_viewport_size(window)  # type: ignore[arg-type]
        await page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        found += [f"{window['width']} at {size}: {what}" for what in await page.evaluate(_TOO_WIDE)]
    await page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    return found


async def has_visible_focus(page: Page) -> bool:
    """Tell whether a keyboard's user sees where she is."""
    outline: dict[str, str] = await page.evaluate(
        "() => { const style = getComputedStyle(document.activeElement);"
        " return { style: style.outlineStyle, width: style.outlineWidth } }"
    )
    return outline["style"] == "solid" and outline["width"] == "3px"


_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const box = (one) => one.getBoundingClientRect();
  const reaches = (one) => box(one).right > width + 1 || box(one).left < -1;
  return ['the page', ...[...document.querySelectorAll('main *, header *, footer *, body > *')]
    .filter(reaches).map((one) => one.tagName + '.' + one.className)];
}"""
