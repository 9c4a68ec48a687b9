"""Messages in doubt by the API: listed, decided, and told in the trail by the name of who decided."""

from uuid import uuid4

from models.messages import DeliveryState
from models.vocabulary import Role
from storage.handing_over import Outcome
from tests.integration.outbox_cases import execute, make_case
from tests.integration.web.site import API, Site


async def test_a_coordinator_sees_them_has_one_sent_again_and_settles_the_others(site: Site) -> None:
    case = await make_case(site.services.database)
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    doubted = [Outcome(one.id, DeliveryState.UNKNOWN, "sender_died") for one in claimed[:3]]
    await case.settle(claim_id, *doubted)
    path = f"{API}/actions/{case.action.reference}/in-doubt"
    async with (await site.caller(Role.COORDINATOR)).client as client:
        first = (await client.get(path, params={"limit": 2})).json()
        rest = (await client.get(path, params={"after": first["next_after"]})).json()
        listed = first["deliveries"] + rest["deliveries"]
        assert [one["id"] for one in listed] == [str(one.id) for one in claimed[:3]]
        assert {one["failure"] for one in listed} == {"sender_died"}
        assert not any(one.address in str(listed) for one in claimed)
        resent = await client.post(path, json={"decision": "resend", "deliveries": [listed[0]["id"]]})
        assert (resent.status_code, resent.json()["changed"]) == (202, 1)
        assert (await client.post(path, json={"decision": "sent"})).json()["changed"] == 2
        assert (await client.get(path)).json()["deliveries"] == []
        timeline = (await client.get(f"{API}/actions/{case.action.reference}/timeline")).json()
    decided = [one for one in timeline["events"] if one["kind"] == "doubt_decided"]
    assert [(one["detail"]["decision"], one["detail"]["count"]) for one in decided] == [
        ("resend", 1),
        ("sent", 2),
    ]
    assert all(one["person"] for one in decided)
    nudges = await execute(
        site.services.database, "SELECT requested FROM pending_nudge WHERE addressee = 'resending'"
    )
    assert nudges == [(1,)]


async def test_an_address_cannot_be_decided_about_with_nothing_named(site: Site) -> None:
    case = await make_case(site.services.database)
    async with (await site.caller(Role.COORDINATOR)).client as client:
        path = f"{API}/actions/{case.action.reference}/in-doubt"
        for body in ({"decision": "abducted"}, {"decision": "sent", "deliveries": []}, {}):
            assert (await client.post(path, json=body)).status_code == 422
