"""The people of a network, each at the public doors that she really uses."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from local.demo_people import HiddenFields
from tests.acceptance.inboxes import Mail, Mailbox

PATIENCE_SECONDS = 60
LONGEST_POLL_SECONDS = 2
SIGNER = "Ana Ficticia Firmante"


@dataclass(frozen=True)
class Member:
    """Somebody of the network with her key to the API."""

    http: httpx.AsyncClient
    api_url: str
    key: str
    email: str

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return await self.http.request(method, f"{self.api_url}/api/v1{path}", headers=headers, **request)

    async def read(self, path: str, **parameters: Any) -> Any:
        return (await self.ask("GET", path, params=parameters)).raise_for_status().json()

    async def decide(self, reference: str, decision: str, body: object = None) -> dict[str, Any]:
        answer = await self.ask("POST", f"/actions/{reference}/{decision}", json=body)
        decided: dict[str, Any] = answer.raise_for_status().json()
        return decided

    async def release(self, reference: str) -> None:
        """Release an action to as many as a look at it beforehand says."""
        seen = await self.read(f"/actions/{reference}/preview")
        await self.decide(reference, "release", {"recipients": seen["total"]})

    async def action(self, reference: str, **parameters: Any) -> dict[str, Any]:
        action: dict[str, Any] = await self.read(f"/actions/{reference}", **parameters)
        return action

    async def wait_until(
        self, reference: str, holds: Callable[[dict[str, Any]], bool], *, seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Follow an action from change to change until something holds."""
        async with asyncio.timeout(seconds):
            action = await self.action(reference)
            while not holds(action):
                action = await self.action(reference, seen=action["revision"], wait=LONGEST_POLL_SECONDS)
        return action


class Coordinator(Member):
    """Hands actions in and decides about them."""

    async def hand_in(self, case: Mapping[str, Any]) -> str:
        answer = await self.ask("POST", "/actions", json=case)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        reference: str = answer.json()["reference"]
        return reference

    async def import_partners(self, partners: Sequence[Mapping[str, Any]]) -> None:
        (await self.ask("POST", "/partners", json={"partners": partners})).raise_for_status()

    async def import_contacts(self, contacts: Sequence[Mapping[str, Any]]) -> None:
        (await self.ask("POST", "/contacts", json={"contacts": contacts})).raise_for_status()

    async def reaches(
        self, reference: str, phase: str, *, seconds: float = PATIENCE_SECONDS
    ) -> dict[str, Any]:
        """Wait until an action is in a phase."""
        return await self.wait_until(reference, lambda action: action["phase"] == phase, seconds=seconds)

    async def events(self, reference: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = (await self.read(f"/actions/{reference}/timeline"))["events"]
        return events

    async def trail(self, reference: str) -> list[dict[str, Any]]:
        """Read every page of the audit trail."""
        pages: list[dict[str, Any]] = []
        while not pages or pages[-1]["next_after"]:
            after = pages[-1]["next_after"] if pages else 0
            pages.append(await self.read(f"/actions/{reference}/audit", after=after, limit=500))
        return pages

    async def signatures(self, reference: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (await self.read(f"/actions/{reference}/signatures"))["signatures"]
        return listed

    async def deliveries(self, reference: str, purpose: str = "statement") -> list[dict[str, Any]]:
        """Read every page of the deliveries."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = await self.read(f"/actions/{reference}/deliveries", limit=1000, **after)
            found += [one for one in page["deliveries"] if one["purpose"] == purpose]
            if page["next_after"] is None:
                return found
            after = {"after": page["next_after"]}


class Verifier(Member):
    """Reads an action and attests it."""

    async def attest(self, reference: str) -> dict[str, Any]:
        read = await self.action(reference)
        said = {"digest": read["document"]["digest"], "consent_revision": read["consent_revision"]}
        return await self.decide(reference, "attestations", said)


@dataclass(frozen=True)
class PartnersAtTheMailbox:
    """The partner organisations: they know nothing but the mail that they get."""

    http: httpx.AsyncClient
    mailbox: Mailbox

    async def link(self, reference: str, address: str, kind: str = "invitation") -> str:
        """Wait for the mail that asks a partner, and return its personal link."""

        def found(mails: list[Mail]) -> list[Mail]:
            return [
                mail
                for mail in mails
                if reference in mail.subject and (mail.to, mail.kind) == (address, kind)
            ]

        return found(await self.mailbox.until(lambda mails: bool(found(mails))))[0].link

    async def page(self, link: str) -> httpx.Response:
        """Open the page that a link leads to."""
        return (await self.http.get(link, follow_redirects=True)).raise_for_status()

    async def filled_form(
        self, link: str, answer: str = "sign", visibility: str = "public"
    ) -> dict[str, str]:
        """Open the page, read it, and fill the form in."""
        page = await self.page(link)
        hidden = HiddenFields()
        hidden.feed(page.text)
        typed = {"signer_name": SIGNER, "signer_role": "Directora", "visibility": visibility}
        return {**hidden.fields, **typed, "answer": answer}

    async def answer(self, link: str, answer: str = "sign", visibility: str = "public") -> str:
        """Answer by a link and return the page that thanks."""
        form = await self.filled_form(link, answer, visibility)
        return await self.post(link, form)

    async def post(self, link: str, form: dict[str, str]) -> str:
        """Post the page that a link leads to."""
        page = await self.page(link)
        return (await self.http.post(page.url, data=form)).raise_for_status().text

    async def fill_in(self, link: str, **typed: str) -> None:
        """Open the page that a link leads to, fill its form in and send it."""
        page = await self.page(link)
        hidden = HiddenFields()
        hidden.feed(page.text)
        sent = await self.http.post(page.url, data={**hidden.fields, **typed})
        sent.raise_for_status()

    async def sign(self, reference: str, *addresses: str) -> None:
        """Sign by the links of the invitations to these addresses."""
        for address in addresses:
            await self.answer(await self.link(reference, address))
