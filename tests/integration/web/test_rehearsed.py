"""A rehearsal from the request to the finished messages, by real workflows, the real worker and real SMTP."""

from pathlib import Path
from typing import Any

from models.vocabulary import Role
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import make_case
from tests.integration.web.real_workers import temporal_and_workers
from tests.integration.web.site import API, eventually, running_site, services_over


async def test_its_messages_can_be_looked_at_and_nobody_gets_one(
    database_url: str, tmp_path: Path, mailbox: LocalMailbox
) -> None:
    async with temporal_and_workers(database_url, tmp_path, mailbox) as address:
        services = await services_over(database_url, tmp_path, address)
        async with running_site(services) as site:
            case = await make_case(services.database)
            path, made = f"{API}/actions/{case.action.reference}/rehearsals", dict[str, Any]()
            async with (await site.caller(Role.COORDINATOR)).client as client:
                assert (await client.post(path, json={"send": False})).status_code == 202

                async def ready() -> bool:
                    made.update((await client.get(f"{path}/1")).json())
                    return bool(made["ready"])

                await eventually(ready, seconds=40)
    assert {one["channel"] for one in made["messages"]} == {"email", "sms"}
    for message in made["messages"]:
        assert message["failure"] is None
        assert case.action.reference in (message["subject"] or message["text"])
        assert (message["html"] is None) == (message["channel"] == "sms")
    assert mailbox.messages() == []
