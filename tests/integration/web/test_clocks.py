"""Reply clocks as coordinators see them, and the steps that they decide about."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from models.lifecycle import Decision
from models.mechanisms import Mechanism
from models.reply_vocabulary import StepState
from tests import factories
from tests.integration.outbox_cases import Case, execute
from tests.integration.overdue import (
    DAY,
    EMBASSY,
    MECHANISM,
    PROSECUTOR,
    SENT_AT,
    fallen,
    overdue_case,
    respond,
    step_of,
    submitted,
    target_id,
)
from tests.integration.web.consent_calls import address, post
from tests.integration.web.site import Caller, Site, problem
from tests.integration.web.snapshots import count_of


@pytest.fixture
async def case(site: Site) -> Case:
    return await overdue_case(site.services.database)


async def clocks(caller: Caller, case: Case) -> list[dict[str, Any]]:
    answer = await caller.client.get(address(case, "clocks"))
    assert answer.status_code == 200
    listed: list[dict[str, Any]] = answer.json()["clocks"]
    return listed


async def proposed(case: Case, number: int = MECHANISM) -> str:
    """Have the steps of both targets that are late be proposed; return the path of one."""
    for _target in (MECHANISM, PROSECUTOR):
        await fallen(case)
    return f"steps/{(await step_of(case, number)).id}"


async def read(caller: Caller, case: Case, path: str) -> dict[str, Any]:
    answer = await caller.client.get(address(case, path))
    assert answer.status_code == 200
    draft: dict[str, Any] = answer.json()
    return draft


async def decide(
    caller: Caller, case: Case, path: str, decision: str, digest: str | None = None
) -> httpx.Response:
    return await post(caller, case, path, {"decision": decision, "digest": digest})


async def test_each_target_has_its_clock_with_what_follows(case: Case, verifier: Caller) -> None:
    prosecutor, mechanism, embassy = await clocks(verifier, case)
    assert (prosecutor["state"], mechanism["state"], embassy["state"]) == ("late", "late", "untimed")
    assert mechanism["started"] == SENT_AT.isoformat().replace("+00:00", "Z")
    assert mechanism["due"] == (SENT_AT + 10 * DAY).isoformat().replace("+00:00", "Z")
    assert (prosecutor["next_step"]["step"], prosecutor["next_step"]["number"]) == ("reminder", 1)
    assert embassy["next_step"] is None


async def test_an_answer_stops_the_clock_and_ends_what_follows(case: Case, coordinator: Caller) -> None:
    await respond(case, MECHANISM)
    mechanism = (await clocks(coordinator, case))[MECHANISM]
    assert (mechanism["state"], mechanism["next_step"]) == ("answered", None)
    assert mechanism["answered_on"]


async def test_what_never_went_out_has_no_clock(site: Site, case: Case, coordinator: Caller) -> None:
    await execute(site.services.database, "UPDATE delivery SET state = 'failed'")
    assert {one["state"] for one in await clocks(coordinator, case)} == {"not_started"}


async def test_the_mechanism_of_a_target_gives_it_its_time(site: Site, coordinator: Caller) -> None:
    tree = factories.case_tree()
    del tree["targets"][MECHANISM]["replies_within"]
    tree["targets"][MECHANISM]["mechanism"] = "ced"
    case = await overdue_case(site.services.database, tree)
    mechanism = (await clocks(coordinator, case))[MECHANISM]
    assert mechanism["mechanism"] == "ced"
    assert mechanism["due"] == (SENT_AT + 14 * DAY).isoformat().replace("+00:00", "Z")


async def test_a_proposed_letter_is_read_in_the_language_of_its_addressee(
    case: Case, verifier: Caller
) -> None:
    draft = await read(verifier, case, await proposed(case, PROSECUTOR))
    assert draft["subject"].endswith(f"{case.action.reference}/1 (recordatorio 1)")
    assert draft["text"].startswith("Lic. Eulalia Ejemplo\nFiscalía de Derechos Humanos del Estado")
    assert "Señora Fiscal:" in draft["text"]
    assert f"{SENT_AT.astimezone().year}" in draft["text"]
    assert (draft["state"], draft["addressee"]) == ("proposed", PROSECUTOR)


async def test_what_was_read_is_approved_by_its_digest_once(
    site: Site, case: Case, coordinator: Caller
) -> None:
    path = await proposed(case)
    draft = await read(coordinator, case, path)
    for wrong in (None, "9f" * 32):
        problem(await decide(coordinator, case, path, "approved", wrong), 409)
    approved = await decide(coordinator, case, path, "approved", draft["digest"])
    assert approved.json()["state"] == "approved"
    step = await step_of(case, MECHANISM)
    assert (step.digest or b"").hex() == draft["digest"]
    assert step.decided_by == coordinator.person_id
    problem(await decide(coordinator, case, path, "dismissed"), 409)
    (event,) = await execute(
        site.services.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'step_decided'"
    )
    assert event.person_id == coordinator.person_id
    assert set(event.detail) == {"step_id", "target", "state", "digest"}


async def test_nothing_is_approved_after_an_answer_on_hold_or_after_the_end(
    case: Case, coordinator: Caller
) -> None:
    path = await proposed(case)
    digest = (await read(coordinator, case, path))["digest"]
    await case.decide(Decision.HOLD)
    assert problem(await decide(coordinator, case, path, "approved", digest), 409)["refusal"] == "on_hold"
    await case.decide(Decision.RESUME)
    await respond(case, MECHANISM)
    assert "answered" in problem(await decide(coordinator, case, path, "approved", digest), 409)["title"]
    other = f"steps/{(await step_of(case, PROSECUTOR)).id}"
    digest = (await read(coordinator, case, other))["digest"]
    await case.decide(Decision.STOP)
    problem(await decide(coordinator, case, other, "approved", digest), 409)
    assert (await step_of(case, PROSECUTOR)).state is StepState.PROPOSED


async def test_where_no_mail_can_go_somebody_does_it_herself_and_says_so(
    site: Site, case: Case, coordinator: Caller
) -> None:
    path = await proposed(case, PROSECUTOR)
    await execute(
        site.services.database,
        "DELETE FROM target_address WHERE channel = 'email' AND target_id = :target",
        target=await target_id(case, PROSECUTOR),
    )
    digest = (await read(coordinator, case, path))["digest"]
    refused = problem(await decide(coordinator, case, path, "approved", digest), 409)
    assert "steps done" in refused["detail"]
    assert (await decide(coordinator, case, path, "done")).json()["state"] == "done"
    step = (await clocks(coordinator, case))[PROSECUTOR]["steps"][0]
    assert (step["state"], step["step"]) == ("done", "reminder")


async def test_what_is_done_by_no_letter_has_none(site: Site, coordinator: Caller) -> None:
    tree = {**factories.case_tree(), "escalation": [{"step": "publish_silence"}]}
    case = await overdue_case(site.services.database, tree)
    path = await proposed(case)
    draft = await read(coordinator, case, path)
    assert (draft["text"], draft["digest"], draft["addressee"]) == (None, None, None)
    problem(await decide(coordinator, case, path, "approved"), 409)
    assert (await decide(coordinator, case, path, "done")).status_code == 200


async def test_a_letter_to_another_target_names_the_office_that_is_silent(
    site: Site, coordinator: Caller
) -> None:
    tree = {**factories.case_tree(), "escalation": [{"step": "embassy", "target": EMBASSY}]}
    case = await overdue_case(site.services.database, tree)
    draft = await read(coordinator, case, await proposed(case, PROSECUTOR))
    assert draft["language"] == "en"
    assert "State Prosecutor for Human Rights" in draft["text"]
    assert "Your Excellency," in draft["text"]


async def test_an_unknown_step_or_decision_is_said(site: Site, case: Case, coordinator: Caller) -> None:
    path = await proposed(case)
    problem(await coordinator.client.get(address(case, f"steps/{uuid4()}")), 404)
    problem(await decide(coordinator, case, f"steps/{uuid4()}", "dismissed"), 404)
    problem(await decide(coordinator, case, path, "proposed"), 422)
    other = await overdue_case(site.services.database)
    problem(await decide(coordinator, other, path, "dismissed"), 404)
    assert await count_of(site.services.database, "escalation_step") == 2


async def test_a_submission_that_was_sent_has_a_clock_and_reminders_that_people_send(
    site: Site, case: Case, coordinator: Caller, verifier: Caller
) -> None:
    await execute(case.database, "UPDATE target SET replies_within = NULL, mechanism = NULL, kind = 'media'")
    await submitted(case, Mechanism.CED, SENT_AT)
    *_, one = await clocks(verifier, case)
    assert (one["mechanism"], one["target"], one["office"], one["state"]) == ("ced", None, None, "late")
    assert len(one["submission"]) == 64
    await fallen(case)
    *_, one = await clocks(verifier, case)
    (step,) = one["steps"]
    path = f"steps/{step['id']}"
    draft = await read(verifier, case, path)
    assert (draft["step"], draft["addressee"], draft["text"], draft["digest"]) == (
        "reminder",
        None,
        None,
        None,
    )
    problem(await decide(coordinator, case, path, "approved"), 409)
    assert (await decide(coordinator, case, path, "done")).json()["state"] == "done"
    told = "SELECT detail FROM audit_event WHERE kind = 'step_decided'"
    (event,) = await execute(site.services.database, told)
    assert event.detail["submission"] == one["submission"]
    assert (await clocks(verifier, case))[-1]["next_step"]["number"] == 2


async def test_an_answer_to_a_submission_is_written_down_and_stops_its_clock(
    case: Case, coordinator: Caller
) -> None:
    await submitted(case, Mechanism.IACHR, SENT_AT)
    digest = (await clocks(coordinator, case))[-1]["submission"]
    body = {
        "submission": digest,
        "kind": "pledge",
        "channel": "letter",
        "received_on": SENT_AT.date().isoformat(),
    }
    answer = await post(coordinator, case, "responses", body)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["target"], told["submission"], told["mechanism"]) == (None, digest, "iachr")
    listed = (await coordinator.client.get(address(case, "responses"))).json()["responses"]
    assert listed == [told]
    one = (await clocks(coordinator, case))[-1]
    assert (one["state"], one["next_step"]) == ("answered", None)


async def test_an_answer_to_nobody_to_two_or_to_what_was_not_sent_is_refused(
    case: Case, coordinator: Caller
) -> None:
    body = {"kind": "token", "channel": "email", "received_on": SENT_AT.date().isoformat()}
    drawn = await submitted(case, Mechanism.CED, None)
    (row,) = await execute(case.database, "SELECT digest FROM submission WHERE id = :id", id=drawn)
    both = {**body, "target": 0, "submission": row.digest.hex()}
    for wrong, status in ((body, 422), (both, 422), ({**body, "submission": row.digest.hex()}, 404)):
        problem(await post(coordinator, case, "responses", wrong), status)
    assert await count_of(case.database, "response") == 0
