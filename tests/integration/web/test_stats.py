"""Figures over all actions: right where there are enough, silent where there are too few."""

from typing import Any

from models.columns import now
from models.mechanisms import Mechanism
from models.messages import Purpose
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.overdue import DAY, answer_submission, submitted
from tests.integration.web.public_lists import PARTNERS, did, signed
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.test_outcomes import written
from tests.integration.web.test_responses import TOKEN, logged


async def told(caller: Caller) -> dict[str, Any]:
    answer = await caller.client.get(f"{API}/stats")
    assert answer.status_code == 200, answer.text
    figures: dict[str, Any] = answer.json()
    return figures


async def released_after(case: Case, hours: float) -> None:
    """Have an action be released so long after the day of its event began in the zone of the network."""
    await execute(
        case.database,
        "UPDATE urgent_action SET released_at = (occurred_on::date::timestamp AT TIME ZONE"
        " 'America/Mexico_City') + make_interval(mins => :minutes) WHERE id = :id",
        minutes=round(hours * 60),
        id=case.action.id,
    )


async def test_without_an_action_there_is_nothing_to_tell(coordinator: Caller) -> None:
    figures = await told(coordinator)
    assert (figures["actions"], figures["responses"]) == (0, [])
    assert figures["event_to_release"]["median_hours"] is None
    assert figures["outcomes"] == {"counts": {}, "others": 0}


async def test_times_are_told_from_three_actions_on_and_without_those_of_which_the_day_is_unknown(
    site: Site, verifier: Caller
) -> None:
    cases = [await make_case(site.services.database) for _ in range(4)]
    await execute(
        site.services.database,
        "UPDATE urgent_action SET occurred_on = '2026-10', released_at = now() WHERE id = :id",
        id=cases[3].action.id,
    )
    for case, hours in zip(cases[:2], (10, 30), strict=True):
        await released_after(case, hours)
    span = (await told(verifier))["event_to_release"]
    assert (span["actions"], span["median_hours"], span["shortest_hours"]) == (2, None, None)
    await released_after(cases[2], 14.5)
    figures = await told(verifier)
    assert figures["released"] == 4
    assert figures["event_to_release"] == {
        "actions": 3,
        "median_hours": 14.5,
        "shortest_hours": 10,
        "longest_hours": 30,
    }


async def test_signatures_and_responses_are_counted_by_whom_was_asked_and_endings_by_kind(
    case: Case, coordinator: Caller
) -> None:
    await signed(case, "casa-manantial")
    await signed(case, "red-del-volcan")
    ((invited,),) = await execute(case.database, "SELECT count(*) FROM invitation")
    await case.end(Purpose.STATEMENT)
    await execute(case.database, "UPDATE delivery SET state = 'sent' WHERE recipient_kind = 'target'")
    await execute(case.database, "UPDATE target SET kind = 'authority'")
    ((reached,),) = await execute(
        case.database, "SELECT count(DISTINCT recipient_id) FROM delivery WHERE recipient_kind = 'target'"
    )
    positive = {**TOKEN, "target": 0, "kind": "positive"}
    first = await logged(coordinator, case, positive)
    assert (await told(coordinator))["responses"] == [
        {"kind": "authority", "asked": reached, "answered": 1, "rate": round(1 / reached, 3)}
    ]
    await logged(coordinator, case, {**positive, "kind": "none", "corrects": first["id"]})
    figures = await told(coordinator)
    assert figures["responses"][0]["answered"] == 0
    assert (figures["sign_on"]["invited"], figures["sign_on"]["signed"]) == (invited, 2)
    assert figures["sign_on"]["rate"] == round(2 / invited, 3)
    assert figures["outcomes"] == {"counts": {}, "others": 1}
    assert figures["impacts"] == {"counts": {}, "others": 0}
    for person, impact in ((0, "unknown"), (0, "minor"), (1, "minor"), (2, "minor")):
        await written(coordinator, case, person, {"impact": impact, "on": "2026-11-02"})
    assert (await told(coordinator))["impacts"] == {"counts": {"minor": 3}, "others": 0}


async def test_an_office_of_a_kind_of_which_few_were_asked_is_not_told_of(
    case: Case, coordinator: Caller
) -> None:
    await case.end(Purpose.STATEMENT)
    await execute(
        case.database,
        "UPDATE delivery SET state = 'failed' WHERE recipient_kind = 'target' AND"
        " recipient_id <> (SELECT id FROM target ORDER BY position LIMIT 1)",
    )
    await execute(
        case.database,
        "UPDATE delivery SET state = 'sent' WHERE recipient_id ="
        " (SELECT id FROM target ORDER BY position LIMIT 1)",
    )
    await logged(coordinator, case, {**TOKEN, "target": 0})
    (few,) = (await told(coordinator))["responses"]
    assert (few["asked"], few["answered"], few["rate"]) == (1, None, None)


async def test_what_a_mechanism_answers_to_submissions_counts_with_its_kind_once_enough_were_sent(
    site: Site, coordinator: Caller
) -> None:
    case = await make_case(site.services.database)
    first = await submitted(case, Mechanism.CED, now() - DAY)
    second = await submitted(case, Mechanism.IACHR, now() - DAY)
    await submitted(case, Mechanism.UN_SPECIAL_PROCEDURES, None)
    for kind in (ResponseKind.TOKEN, ResponseKind.POSITIVE):
        await answer_submission(case, first, kind)
    await answer_submission(case, second, ResponseKind.NONE)
    (few,) = (await told(coordinator))["responses"]
    assert few == {"kind": "mechanism", "asked": 2, "answered": None, "rate": None}
    await submitted(case, Mechanism.CED, now())
    (enough,) = (await told(coordinator))["responses"]
    assert enough == {"kind": "mechanism", "asked": 3, "answered": 1, "rate": 0.333}


async def test_what_organisations_did_themselves_is_told_from_three_of_a_kind_on(
    case: Case, coordinator: Caller
) -> None:
    for slug in PARTNERS[:2]:
        signature = await signed(case, slug)
        for _time in range(2):
            await did(case, signature, PartnerActionKind.CALLED)
    assert (await told(coordinator))["partner_actions"] == {"counts": {}, "others": 2}
    await did(case, await signed(case, PARTNERS[2]), PartnerActionKind.CALLED)
    assert (await told(coordinator))["partner_actions"] == {"counts": {"called": 3}, "others": 0}
