"""Closing by the link in a check-in: the same decision as the API's, taken by the real workflow."""

from pathlib import Path

from tests.integration.check_ins import CheckInVisit, answers_of, ask_for_news, give_key
from tests.integration.followed import followed_case
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import execute
from tests.integration.web.real_workers import temporal_and_workers
from tests.integration.web.sign_visits import hidden_fields
from tests.integration.web.site import eventually, running_site, services_over


async def test_a_closing_that_was_confirmed_ends_the_action(
    database_url: str, tmp_path: Path, mailbox: LocalMailbox
) -> None:
    async with temporal_and_workers(database_url, tmp_path, mailbox) as address:
        services = await services_over(database_url, tmp_path, address)
        async with running_site(services) as site, site.client() as browser:
            case = await followed_case(services.database)
            await give_key(case)
            visit = CheckInVisit(await ask_for_news(case, mailbox), browser)
            asked = await visit.tap("close")
            closed = await visit.post({**hidden_fields(asked), "said": "close_confirmed"})
            assert closed.status_code == 200, closed.text

            async def is_closed() -> bool:
                rows = await execute(case.database, "SELECT phase FROM urgent_action")
                return [row.phase for row in rows] == ["closed"]

            await eventually(is_closed, seconds=60)
            assert await answers_of(case) == [(1, "close", True)]
            decided = await execute(
                case.database,
                "SELECT person_id FROM audit_event WHERE kind = 'close_decided'",
            )
            assert [row.person_id for row in decided] == [case.action.author_id]
            assert (await browser.get(f"/c/{visit.token}")).status_code == 404
