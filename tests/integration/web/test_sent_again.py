"""A message in doubt is sent again after its release, by real workflows, the real worker and real SMTP."""

from pathlib import Path
from uuid import uuid4

from models.messages import DeliveryState
from models.vocabulary import Role
from storage.handing_over import Outcome
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import execute, make_case
from tests.integration.web.real_workers import temporal_and_workers
from tests.integration.web.site import API, eventually, running_site, services_over


async def test_it_leaves_once_more_under_its_message_id_and_nothing_else_does(
    database_url: str, tmp_path: Path, mailbox: LocalMailbox
) -> None:
    async with temporal_and_workers(database_url, tmp_path, mailbox) as address:
        services = await services_over(database_url, tmp_path, address)
        async with running_site(services) as site:
            case = await make_case(services.database)
            batch, claim_id = await case.batch(), uuid4()
            lost, *others = await case.claim(batch, claim_id)
            outcomes = [Outcome(one.id, DeliveryState.SENT) for one in others]
            await case.settle(claim_id, Outcome(lost.id, DeliveryState.UNKNOWN, "sender_died"), *outcomes)
            await execute(services.database, "UPDATE delivery SET state = 'sent' WHERE state = 'ready'")
            async with (await site.caller(Role.COORDINATOR)).client as client:
                path = f"{API}/actions/{case.action.reference}/in-doubt"
                decided = await client.post(path, json={"decision": "resend"})
            assert decided.json()["changed"] == 1

            async def sent() -> bool:
                states = await execute(
                    services.database, "SELECT state FROM delivery WHERE id = :id", id=lost.id
                )
                return states == [("sent",)]

            await eventually(sent, seconds=40)
            (mail,) = mailbox.messages()
            assert mail["message_id"] == f"<{lost.id}@red.example>"
            assert mail["to"] == [lost.address]
