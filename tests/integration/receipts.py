"""Receipts of answers, sent to a real mailbox, and a partner's browser on the link in one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from activities.sending import SendingActivities
from channels.email import EmailChannel
from channels.mime import EmailContent
from models.messages import DispatchRequest
from models.vocabulary import Channel
from storage import freezing, outbox, receipts
from tests.factories import FINGERPRINT
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import EVERYTHING, Case, execute
from tests.integration.senders import mailing, run
from tests.integration.web.site import PUBLIC_URL

FROM_THE_PAGE = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}


async def due(case: Case) -> DispatchRequest | None:
    """Return the next round of what is to be told about answers."""
    async with case.database.transaction() as session:
        return await receipts.next_receipts(session, case.action.id)


async def send_due(case: Case, mailbox: LocalMailbox) -> list[dict[str, Any]]:
    """Send all that is to be told about answers, as the worker does, and return the mails of it."""
    mailbox.forget_messages()
    email = EmailChannel(mailbox.relay, connections=2)
    sending = mailing(case.database, email)
    while request := await due(case):
        await _send(case, request, sending)
    await email.close()
    return mailbox.messages()


async def _send(case: Case, request: DispatchRequest, sending: SendingActivities[EmailContent]) -> None:
    async with case.database.transaction() as session:
        dispatched = await freezing.freeze(session, request)
        batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    for batch in batches:
        await run(sending, batch)


def token_in(mail: Mapping[str, Any]) -> str:
    """Return the secret of the link in a receipt."""
    (token,) = set(re.findall(r"/r/([\w-]{43})", mail["text"]))
    return str(token)


@dataclass(frozen=True)
class ReceiptVisit:
    """One open link of a receipt."""

    token: str
    browser: httpx.AsyncClient

    async def read(self) -> httpx.Response:
        """Follow the link to the page."""
        return await self.browser.get(f"/r/{self.token}", follow_redirects=True)

    async def path(self) -> str:
        """Follow the link and return the path of the page that it leads to."""
        moved = await self.browser.get(f"/r/{self.token}")
        assert moved.status_code == 303
        return moved.headers["Location"]

    async def fields(self) -> dict[str, str]:
        """Open the page and return its hidden fields."""
        page = await self.read()
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([\w-]+)">', page.text))

    async def tell(self, said: str | None = "disown", **changes: str | None) -> httpx.Response:
        """Open the page and post it, filled in; a field that is changed to None is left out."""
        filled = {**await self.fields(), "told_by": "Amparo Ficticia", "said": said, **changes}
        return await self.post(filled)

    async def post(
        self, fields: Mapping[str, str | None], headers: Mapping[str, str] = FROM_THE_PAGE
    ) -> httpx.Response:
        """Post what a page had."""
        filled = {name: value for name, value in fields.items() if value is not None}
        return await self.browser.post(await self.path(), data=filled, headers=headers)


async def register(case: Case, slug: str, address: str) -> None:
    """Give a partner a registered address of its own."""
    await execute(
        case.database,
        "UPDATE partner SET registered_address = :address, registered_fingerprint = :fingerprint"
        " WHERE slug = :slug",
        slug=slug,
        address=address,
        fingerprint=FINGERPRINT.of(Channel.EMAIL, address),
    )
