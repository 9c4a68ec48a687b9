"""Moving and ending a window by the API, while no workflow answers, and inviting one more partner."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.lifecycle import Decision
from tests.integration.outbox_cases import Case, execute
from tests.integration.web.site import API, Caller, problem

TOMORROW = datetime.now(UTC) + timedelta(days=1)


def path(case: Case, part: str = "", number: int = 1) -> str:
    return f"{API}/actions/{case.action.reference}/documents/{number}/sign-on{part}"


def closing(moment: datetime) -> dict[str, str]:
    return {"closes_at": moment.isoformat()}


async def shown(case: Case, caller: Caller) -> dict[str, Any]:
    answer = await caller.client.get(path(case))
    assert answer.status_code == 200
    view: dict[str, Any] = answer.json()
    return view


async def test_a_window_is_shown_with_its_counts(case: Case, verifier: Caller) -> None:
    view = await shown(case, verifier)
    assert view["index"] == f"{case.action.reference}/1"
    assert view["opened_at"] < view["closes_at"]
    assert (view["ended_at"], view["signed"], view["answered"]) == (None, 0, 0)
    assert view["invited"] > 3
    assert view["not_reached"] == []


async def test_moving_and_ending_is_the_workflows_to_decide_and_it_is_away(
    case: Case, coordinator: Caller
) -> None:
    before = await shown(case, coordinator)
    problem(await coordinator.client.patch(path(case), json=closing(TOMORROW)), 503)
    problem(await coordinator.client.post(path(case, "/end")), 503)
    assert await shown(case, coordinator) == before


@pytest.mark.parametrize(
    ("moment", "status", "words"),
    [
        (datetime(2020, 1, 1, tzinfo=UTC), 409, "still to come"),
        (datetime(9999, 1, 1, tzinfo=UTC), 422, "Correct each field"),
    ],
)
async def test_a_moment_that_is_past_or_too_far_away_is_refused(
    case: Case, coordinator: Caller, moment: datetime, status: int, words: str
) -> None:
    told = problem(await coordinator.client.patch(path(case), json=closing(moment)), status)
    assert words in told["detail"]


@pytest.mark.parametrize(
    "moment",
    ["tomorrow", "2030-01-01T10:00:00", None, 1_900_000_000, 1.9e9, "1900000000", " 1900000000.5", True],
)
async def test_a_moment_without_an_offset_or_of_another_kind_is_refused(
    case: Case, coordinator: Caller, moment: object
) -> None:
    problem(await coordinator.client.patch(path(case), json={"closes_at": moment}), 422)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("UPDATE document SET sign_on_ended_at = now()", "no_window"),
        ("UPDATE document SET sign_on_opened_at = NULL", "no_window"),
        ("UPDATE urgent_action SET closed_at = now()", "already_ended"),
        ("UPDATE urgent_action SET stopped_at = now()", "already_ended"),
        ("UPDATE urgent_action SET rejected_at = now()", "already_ended"),
    ],
)
async def test_where_there_is_no_window_it_says_so(
    case: Case, coordinator: Caller, change: str, refusal: str
) -> None:
    await execute(case.database, change)
    for answer in (
        await coordinator.client.patch(path(case), json=closing(TOMORROW)),
        await coordinator.client.post(path(case, "/end")),
        await coordinator.client.post(path(case, "/invitations"), json={"partner": "casa-manantial"}),
    ):
        assert problem(answer, 409)["refusal"] == refusal


async def test_a_document_that_is_not_there_is_not_found(case: Case, coordinator: Caller) -> None:
    problem(await coordinator.client.get(path(case, number=9)), 404)
    problem(await coordinator.client.post(path(case, "/end", number=9)), 404)


async def test_one_more_partner_is_invited_once_also_while_temporal_is_away(
    case: Case, coordinator: Caller
) -> None:
    await execute(
        case.database,
        "DELETE FROM invitation USING partner WHERE partner.id = partner_id AND slug = 'casa-manantial'",
    )
    before = (await shown(case, coordinator))["invited"]
    invitation = {"partner": "casa-manantial"}
    answers = [await coordinator.client.post(path(case, "/invitations"), json=invitation) for _ in range(2)]
    assert [answer.json()["is_new"] for answer in answers] == [True, False]
    assert (await shown(case, coordinator))["invited"] == before + 1
    nudges = await execute(case.database, "SELECT 1 FROM pending_nudge WHERE addressee = 'sign_on'")
    assert len(nudges) == 1


@pytest.mark.parametrize("partner", ["nobody-knows-it", "", "\0", "x" * 64])
async def test_an_unknown_partner_is_not_invited(case: Case, coordinator: Caller, partner: str) -> None:
    answer = await coordinator.client.post(path(case, "/invitations"), json={"partner": partner})
    assert "partners import" in problem(answer, 404)["detail"]


@pytest.mark.parametrize("status", ["paused", "ended", "compromised"])
async def test_a_partner_that_was_put_aside_is_not_invited(
    case: Case, coordinator: Caller, status: str
) -> None:
    await execute(case.database, f"UPDATE partner SET status = '{status}' WHERE slug = 'aguas-libres'")
    answer = await coordinator.client.post(path(case, "/invitations"), json={"partner": "aguas-libres"})
    assert status in problem(answer, 409)["title"]


async def test_during_a_hold_a_partner_may_be_invited_and_gets_it_afterwards(
    case: Case, coordinator: Caller
) -> None:
    await case.decide(Decision.HOLD)
    answer = await coordinator.client.post(path(case, "/invitations"), json={"partner": "casa-manantial"})
    assert answer.status_code == 200
