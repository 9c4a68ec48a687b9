"""The people of the demo; each acts through the doors that she would really use."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
_LONGEST_LINE_BYTES = 1024 * 1024
_SIGN_LINK = re.compile(r"https?://\S+/s/[\w-]+")
_RECEIPT_LINK = re.compile(r"https?://\S+/r/[\w-]+")
_VERIFICATION_LINK = re.compile(r"https?://\S+/v/[\w-]+")
_PIN = "493817"


class DemoError(RuntimeError):
    """Say which step of the demo failed, with what the step printed."""


async def run_script(
    script: str, *arguments: str, environment: Mapping[str, str], stdin: bytes | None = None
) -> str:
    """Run one of our scripts as a person would, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / script),
        *arguments,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaints = await process.communicate(stdin)
    if process.returncode:
        raise DemoError(f"{script} {arguments[0]} ended with {process.returncode}:\n{complaints.decode()}")
    return printed.decode()


@dataclass(frozen=True)
class Member:
    """A coordinator or verifier with her key, at her own machine."""

    name: str
    api_url: str
    key: str

    async def starter(self, *arguments: str) -> Any:
        """Run `starter.py` and return the JSON that it prints."""
        return json.loads(await run_script("starter.py", *arguments, "--json", environment=self._access))

    async def follow(self, reference: str) -> AsyncIterator[dict[str, Any]]:
        """Run `starter.py follow` and yield the action after each change, until it has ended."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "starter.py"), "follow", reference, "--json"),
            env={**os.environ, **self._access},
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE_BYTES,
        )
        if process.stdout is None:
            raise DemoError("starter.py follow prints nothing")
        async for line in process.stdout:
            yield json.loads(line)
        await process.wait()

    async def read(self, path: str) -> dict[str, Any]:
        """Read from the API."""
        async with httpx.AsyncClient(base_url=self.api_url, timeout=30) as api:
            answer = await api.get(path, headers={"Authorization": f"Bearer {self.key}"})
        read: dict[str, Any] = answer.raise_for_status().json()
        return read

    @property
    def _access(self) -> dict[str, str]:
        return {"ACUERPA_API_URL": self.api_url, "ACUERPA_API_KEY": self.key}


@dataclass(frozen=True)
class Invitation:
    """A mail that asks a partner to sign."""

    recipient: str
    reminder: bool
    link: str


@dataclass(frozen=True)
class Request:
    """A mail that asks a verifier."""

    recipient: str
    link: str


class Mailbox:
    """The mailbox that all mail of the demo arrives in."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=60)
        self._seen = 0

    async def next_mails(self, wait_seconds: int) -> list[dict[str, Any]]:
        """Wait for mail and return what is new; nothing where the time is over."""
        parameters = {"after": self._seen, "wait": wait_seconds}
        mails: list[dict[str, Any]] = (await self._client.get("/messages", params=parameters)).json()
        self._seen = max([self._seen, *(mail["sequence"] for mail in mails)])
        return mails

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


def invitation_in(mail: dict[str, Any], *, earlier: set[str]) -> Invitation | None:
    """Read a mail as an invitation; one to somebody who was `earlier` invited is a reminder."""
    link = _SIGN_LINK.search(mail["text"])
    recipient: str = mail["to"][0]
    return Invitation(recipient, recipient in earlier, link[0]) if link else None


def is_receipt(mail: dict[str, Any]) -> bool:
    """Tell whether a mail says what was answered, which a partner gets at its registered address."""
    return _RECEIPT_LINK.search(mail["text"]) is not None


def request_in(mail: dict[str, Any]) -> Request | None:
    """Read a mail as a request to a verifier."""
    link = _VERIFICATION_LINK.search(mail["text"])
    return Request(mail["to"][0], link[0]) if link else None


def address_of(name: str) -> str:
    """Return the mail address of somebody of the demo's network."""
    first = name.split(maxsplit=1)[0].casefold()
    return f"{first.replace('é', 'e')}@red.example"


class HiddenFields(HTMLParser):
    """Collects the hidden fields of a page's form as a browser would send them, and what can be ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.boxes: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an input."""
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.fields[str(given["name"])] = str(given["value"])
        if tag == "input" and given.get("type") == "checkbox":
            self.boxes.setdefault(str(given["name"]), []).append(str(given["value"]))


def _form_of(page: httpx.Response) -> HiddenFields:
    form = HiddenFields()
    form.feed(page.raise_for_status().text)
    return form


async def choose_pin(link: str) -> None:
    """Open an enrolment link and choose a PIN."""
    async with httpx.AsyncClient(timeout=30) as browser:
        form = _form_of(await browser.get(link))
        typed = {"pin": _PIN, "pin_again": _PIN}
        (await browser.post(link, data={**form.fields, **typed})).raise_for_status()


async def confirm_all(link: str) -> None:
    """Open a verification link with the PIN, read the case, tick everything, and send it."""
    async with httpx.AsyncClient(timeout=30) as browser:
        asked = _form_of(await browser.get(link))
        case = _form_of(await browser.post(link, data={**asked.fields, "pin": _PIN}))
        confirmed = {"confirms": case.boxes["confirms"], "answer": "attest"}
        (await browser.post(link, data={**case.fields, **confirmed})).raise_for_status()


async def answer_invitation(invitation: Invitation, answer: str, visibility: str) -> None:
    """Open a sign link, read the page, fill the form in, and send it: `answer` is `sign` or `decline`."""
    async with httpx.AsyncClient(timeout=30) as browser:
        page = await browser.get(invitation.link, follow_redirects=True)
        typed = {"signer_name": "Persona Ficticia", "signer_role": "Directora", "visibility": visibility}
        answered = await browser.post(page.url, data={**_form_of(page).fields, **typed, "answer": answer})
    if answered.status_code != httpx.codes.OK:
        raise DemoError(f"the sign page answered {answered.status_code}")
