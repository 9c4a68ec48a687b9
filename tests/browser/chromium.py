"""The Chromium that these tests drive: Playwright's own where it was downloaded, else the system's."""

import shutil
from pathlib import Path

from playwright.async_api import Browser, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page or the browser itself would ask of somebody else is found nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class NoBrowserError(RuntimeError):
    """Say that no browser starts, and why not."""


async def launched(playwright: Playwright) -> Browser:
    """Start the first browser that can be had, with a fresh profile.

    Raises:
        NoBrowserError: none starts.
    """
    reasons = []
    for path in _candidates(playwright):
        try:
            return await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            reasons.append(f"{path} does not start: {error.message.splitlines()[0]}")
    raise NoBrowserError("; ".join(reasons) or "neither Chromium nor Chrome is installed")


def _candidates(playwright: Playwright) -> list[str]:
    own = playwright.chromium.executable_path
    installed = (shutil.which(name) for name in NAMES)
    return [path for path in (own, *installed) if path and Path(path).exists()]
