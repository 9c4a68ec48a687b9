"""Find a browser for the tests, or install one where that is possible; say so where it is not.

`python -m tests.browser.provide`, which `make test` runs first.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

from playwright.async_api import async_playwright

from tests.browser.chromium import NoBrowserError, launched

LONGEST_INSTALLATION_SECONDS = 600
Steps = Sequence[Sequence[str]]


def main() -> None:
    """Try one way after the other until a browser starts."""
    missing = asyncio.run(_why_none_starts())
    for name, steps in _ways():
        if missing is None:
            break
        print(f"Browser tests: {missing}; trying {name}.")  # noqa: T201 - a command that speaks to a person
        if _all_succeed(steps):
            missing = asyncio.run(_why_none_starts())
    if missing is not None:
        print(  # noqa: T201 - same
            f"Browser tests are skipped (in CI they fail), since {missing}, and none could be installed here."
            " Install Chromium or Chrome, or run `make browser` as root where apt is."
        )


async def _why_none_starts() -> str | None:
    async with async_playwright() as playwright:
        try:
            browser = await launched(playwright)
        except NoBrowserError as error:
            return str(error)
        await browser.close()
    return None


def _ways() -> Iterator[tuple[str, Steps]]:
    yield "Playwright's download", [(sys.executable, "-m", "playwright", "install", "--no-shell", "chromium")]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        install = (apt, "install", "--yes", "--quiet", "--no-install-recommends", "chromium")
        yield "Debian's package", [(apt, "update", "--quiet"), install]


def _all_succeed(steps: Steps) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return all(_succeeds(step, environment) for step in steps)


def _succeeds(step: Sequence[str], environment: dict[str, str]) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - our own commands
            step,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=LONGEST_INSTALLATION_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


if __name__ == "__main__":
    main()
