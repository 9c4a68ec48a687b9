"""How far the messages of an action are, as the API tells it."""

from typing import Any
from uuid import uuid4

import pytest

from models.messages import DeliveryState, Purpose
from models.vocabulary import Channel
from storage.handing_over import Outcome
from tests.integration.outbox_cases import Case, add_members, execute
from tests.integration.web.site import API, Caller, problem

SENT, READY = DeliveryState.SENT, DeliveryState.READY


async def answer(caller: Caller, case: Case, **query: str) -> Any:
    address = f"{API}/actions/{case.action.reference}/deliveries"
    return (await caller.client.get(address, params=query)).raise_for_status().json()


@pytest.fixture
async def some_sent(case: Case) -> int:
    """Freeze a statement and invitations, send three mails of the statement, and return how many wait."""
    await add_members(case.database, 9)
    await case.freeze(Purpose.INVITATION)
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id, limit=3, provider="second")
    await case.settle(claim_id, *(Outcome(one.id, SENT) for one in claimed))
    (waiting,) = await execute(
        case.database, "SELECT count(*) FROM delivery WHERE channel = 'email' AND state = 'ready'"
    )
    return int(waiting[0])


@pytest.mark.parametrize("asked", ["", "true"])
async def test_a_summary_counts_by_channel_and_state_and_tells_pace_and_time_left(
    case: Case, coordinator: Caller, some_sent: int, asked: str
) -> None:
    summary = await answer(coordinator, case, summary=asked)
    email = summary["channels"][Channel.EMAIL]
    assert email["states"] == {SENT: 3, READY: some_sent}
    assert (email["waiting"], email["per_second"]) == (some_sent, 0.1)
    assert email["time_left"] == f"PT{some_sent * 10 // 60}M{some_sent * 10 % 60}S".replace("M0S", "M")
    sms = summary["channels"][Channel.SMS]
    assert (sms["per_second"], sms["time_left"]) == (0, None)


async def test_what_has_come_to_an_end_has_no_time_left(
    case: Case, coordinator: Caller, some_sent: int
) -> None:
    assert some_sent
    await execute(case.database, "UPDATE delivery SET state = 'sent' WHERE channel = 'email'")
    email = (await answer(coordinator, case, summary=""))["channels"][Channel.EMAIL]
    assert (email["waiting"], email["time_left"]) == (0, None)


async def test_deliveries_are_listed_by_dispatch_state_and_channel(
    case: Case, coordinator: Caller, some_sent: int
) -> None:
    everything = (await answer(coordinator, case, limit="1000"))["deliveries"]
    for query in (
        {"state": SENT},
        {"channel": Channel.SMS},
        {"channel": Channel.EMAIL, "state": READY},
        {"dispatch": everything[0]["dispatch"], "channel": Channel.EMAIL},
    ):
        wanted = [one for one in everything if all(one[name] == value for name, value in query.items())]
        assert 0 < len(wanted) < len(everything)
        listed: list[Any] = []
        page: dict[str, Any] = {"next_after": ""}
        while page["next_after"] is not None:
            after = {"after": page["next_after"]} if page["next_after"] else {}
            page = await answer(coordinator, case, limit="4", **query, **after)
            listed += page["deliveries"]
        assert listed == wanted
    assert [one["provider"] for one in everything if one["state"] == SENT] == ["second"] * 3
    assert some_sent == sum(one["state"] == READY and one["channel"] == "email" for one in everything)


@pytest.mark.parametrize("name", ["state", "channel", "dispatch", "summary", "after", "limit"])
async def test_a_question_that_means_nothing_names_what_is_wrong(
    case: Case, coordinator: Caller, name: str
) -> None:
    address = f"{API}/actions/{case.action.reference}/deliveries"
    told = problem(await coordinator.client.get(address, params={name: "pigeon"}), 422)
    assert name in str(told["problems"][0])
