"""The network's logo on pages, from our own origin."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.logos import PNG, Logo
from tests.integration.web.site import PROBLEM_JSON, Site, running_site, services_over

LOGO = Logo(b"\x89PNG\r\n\x1a\nnot more of it", PNG)
ADDRESS = f"/logo/{LOGO.name}"


async def test_pages_show_it_and_their_policy_lets_it_in(database_url: str, tmp_path: Path) -> None:
    services = replace(await services_over(database_url, tmp_path), logo=LOGO)
    async with running_site(services) as site, site.client() as browser:
        page = await browser.get("/s/unknown")
        assert f'<img class="logo" src="{ADDRESS}" alt="" referrerpolicy="no-referrer">' in page.text
        assert "; img-src 'self'; " in page.headers["Content-Security-Policy"]
        picture, told = await browser.get(ADDRESS), await browser.head(ADDRESS)
    assert (picture.status_code, picture.content) == (200, LOGO.content)
    assert picture.headers["Content-Type"] == PNG
    assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Content-Security-Policy"] == "default-src 'none'"
    assert (told.status_code, told.content) == (200, b"")


async def test_a_network_without_one_has_a_mark_that_asks_for_nothing(site: Site) -> None:
    async with site.client() as browser:
        page = await browser.get("/s/unknown")
    assert "<img" not in page.text
    assert 'class="figures"' in page.text
    assert "img-src" not in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["x", "0123456789abcdef.png", "..%2F..%2Fsettings.py", "%00"])
async def test_nothing_else_is_served_in_its_place(database_url: str, tmp_path: Path, name: str) -> None:
    services = await services_over(database_url, tmp_path)
    for given in (services, replace(services, logo=LOGO)):
        async with running_site(given) as site, site.client() as browser:
            answer = await browser.get(f"/logo/{name}")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == PROBLEM_JSON
