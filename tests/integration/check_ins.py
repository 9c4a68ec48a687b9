"""Check-ins, sent to a real mailbox, and a coordinator's browser on the link in one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from channels.email import EmailChannel
from models.messages import Purpose
from storage.people import person
from tests.factories import add_key
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.senders import mailing, run
from tests.integration.web.sign_visits import FROM_THE_PAGE, hidden_fields


async def ask_for_news(case: Case, mailbox: LocalMailbox, number: int = 1) -> str:
    """Send a check-in, as the worker does, and return the secret of the link in it."""
    mailbox.forget_messages()
    email = EmailChannel(mailbox.relay, connections=2)
    await run(mailing(case.database, email), await case.batch(Purpose.CHECK_IN, turn=number))
    await email.close()
    (mail,) = mailbox.messages()
    (token,) = set(re.findall(r"/c/([\w-]{43})", mail["text"]))
    assert token in mail["html"]
    return str(token)


async def give_key(case: Case) -> str:
    """Give the coordinator of a case a key, as the operator did before she handed it in."""
    async with case.database.transaction() as session:
        return await add_key(session, await person(session, case.action.author_id))


async def answers_of(case: Case) -> list[tuple[int, str, bool]]:
    """Return what was answered: the check-in, what, whether by its link."""
    rows = await execute(case.database, "SELECT number, news, by_link FROM check_in_answer ORDER BY number")
    return [tuple(row) for row in rows]


@dataclass(frozen=True)
class CheckInVisit:
    """One open link of a check-in."""

    token: str
    browser: httpx.AsyncClient

    async def read(self, language: str | None = None) -> httpx.Response:
        """Follow the link to the page."""
        wanted = {"lang": language} if language else None
        return await self.browser.get(f"/c/{self.token}", params=wanted, follow_redirects=True)

    async def path(self) -> str:
        """Follow the link and return the path of the page that it leads to."""
        moved = await self.browser.get(f"/c/{self.token}")
        assert moved.status_code == 303
        return moved.headers["Location"]

    async def tap(self, said: str) -> httpx.Response:
        """Open the page and tap an answer."""
        return await self.post({**hidden_fields(await self.read()), "said": said})

    async def post(
        self, fields: Mapping[str, str], headers: Mapping[str, str] = FROM_THE_PAGE
    ) -> httpx.Response:
        """Post what a page had."""
        return await self.browser.post(await self.path(), data=dict(fields), headers=dict(headers))
