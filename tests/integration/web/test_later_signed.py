"""A later document from its writing to the mailboxes, signed by partners first; all of it on real parts."""

import re
from pathlib import Path
from typing import Any

import httpx

from models.vocabulary import Role
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, make_case
from tests.integration.sign_links import answered
from tests.integration.web.paperwork import FURTHER, Papers, reached, two_verifiers
from tests.integration.web.real_workers import temporal_and_workers
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import Site, eventually, running_site, services_over

SIGN_LINK = re.compile(r"/s/([\w-]{20,})")
FIRST_ALONE = "Red de Defensoras del Volcán"
"""Signed the first document and not the later one."""


async def released_and_signed(site: Site) -> Case:
    """Have the first document be out, signed by a partner."""
    case = await make_case(site.services.database)
    await case.open_sign_on()
    await answered(case, "red-del-volcan")
    await reached(case)
    return case


def about(mailbox: LocalMailbox, index: str) -> list[dict[str, Any]]:
    """List the mails about a document."""
    return [one for one in mailbox.messages() if index in one["subject"] + one["text"]]


def invitations(mailbox: LocalMailbox, index: str) -> dict[str, str]:
    """Map addresses to the sign links that they were sent about a document."""
    found = {one["to"][0]: SIGN_LINK.search(one["text"]) for one in about(mailbox, index)}
    return {address: link[1] for address, link in found.items() if link}


def statements(mailbox: LocalMailbox, index: str) -> list[dict[str, Any]]:
    return [one for one in about(mailbox, index) if not SIGN_LINK.search(one["text"])]


async def written_and_approved(site: Site, papers: Papers, **sign_on: object) -> None:
    """Write a document that asks partners, and have two others stand behind it."""
    asking = {**FURTHER, "sign_on": {"closes_after": "PT12H", "partners": "all", **sign_on}}
    assert (await papers.add(asking)).json()["workflow_informed"] is True
    for one in await two_verifiers(site):
        assert (await papers.of(one).attest()).is_success


async def signed_by(case: Case, browser: httpx.AsyncClient, tokens: list[str]) -> None:
    for token in tokens:
        assert (await Visit(case, token, browser).answer()).status_code == 200


async def test_partners_are_asked_by_mail_and_what_they_signed_goes_out_with_their_names_alone(
    database_url: str, tmp_path: Path, mailbox: LocalMailbox
) -> None:
    async with temporal_and_workers(database_url, tmp_path, mailbox) as address:
        services = await services_over(database_url, tmp_path, address)
        async with running_site(services) as site:
            case = await released_and_signed(site)
            papers = Papers(case, await site.caller(Role.COORDINATOR))
            index = f"{case.action.reference}/2"
            await written_and_approved(site, papers, quorum=2)

            async def all_asked() -> bool:
                window: dict[str, int] = (
                    await papers.caller.client.get(f"{papers.address}/documents/2/sign-on")
                ).json()
                return len(invitations(mailbox, index)) == window["invited"] > 0

            await eventually(all_asked, seconds=60)
            assert statements(mailbox, index) == []
            tokens = [invitations(mailbox, index)[one] for one in sorted(invitations(mailbox, index))]
            async with site.client() as browser:
                await signed_by(case, browser, tokens[:2])

            async def is_out() -> bool:
                view = await papers.action()
                _first, *later = [one for one in view["dispatches"] if one["purpose"] == "statement"]
                return bool(later) and later[0]["channels"]["email"].keys() == {"sent"}

            await eventually(is_out, seconds=60)
            view = await papers.action()
            listed = (await papers.caller.client.get(f"{papers.address}/signatures")).json()["signatures"]
            names = {one["partner"] for one in listed if one["document"] == 2 and one["answer"] == "signed"}
    assert view["phase"] == "following_up"
    assert (view["sign_on"]["signed"], view["sign_on"]["ended_at"] is None) == (2, False)
    assert len(names) == 2
    released = statements(mailbox, index)
    assert {"fiscalia.ddhh@estado.example", "urgente@reddelvolcan.example"} <= {
        one["to"][0] for one in released
    }
    for message in released:
        assert all(name in message["text"] for name in names)
        assert FIRST_ALONE not in message["text"]
