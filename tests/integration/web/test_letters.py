"""Letters to targets: printed through the gate, posted by a person, and told by the audit trail."""

from typing import Any

import httpx
import pytest

from models.lifecycle import Decision
from models.messages import DeliveryState, Purpose
from models.vocabulary import Channel
from storage import outbox
from storage.audiences import RECIPIENTS
from storage.cancelling import cancel_outstanding
from tests.integration.outbox_cases import EVERYTHING, Case, changed_text, execute, make_case
from tests.integration.web.site import API, Caller, Site, problem
from tests.unit.templates.letter_examples import on_paper

BY_POST, BY_MAIL = 0, 1
DAY = "2026-11-20"


@pytest.fixture
async def case(site: Site) -> Case:
    """A case whose first target can be reached by a letter alone, released."""
    made = await make_case(site.services.database)
    await execute(
        made.database,
        "DELETE FROM target_address WHERE channel <> 'letter' AND target_id IN"
        " (SELECT id FROM target WHERE position = 0)",
    )
    await made.freeze()
    return made


def path(case: Case, rest: str = "") -> str:
    return f"{API}/actions/{case.action.reference}/documents/1/letters{rest}"


async def letter(case: Case, caller: Caller, target: int = BY_POST) -> httpx.Response:
    return await caller.client.get(path(case, f"/{target}.pdf"))


async def post(case: Case, caller: Caller, target: int = BY_POST, on: str = DAY) -> httpx.Response:
    return await caller.client.post(path(case, f"/{target}/posted"), json={"on": on})


async def state_of(case: Case, target: int = BY_POST) -> list[tuple[Any, ...]]:
    query = (
        "SELECT delivery.state, posted_on::text FROM delivery JOIN target ON target.id = recipient_id"
        " WHERE channel = 'letter' AND target.position = :target"
    )
    return [tuple(row) for row in await execute(case.database, query, target=target)]


async def events(case: Case, prefix: str = "letter") -> list[tuple[str, dict[str, Any]]]:
    query = "SELECT kind, detail FROM audit_event WHERE kind LIKE :prefix ORDER BY sequence"
    return [(row.kind, row.detail) for row in await execute(case.database, query, prefix=f"{prefix}%")]


async def test_a_letter_is_printed_as_often_as_need_be_and_posted_once(
    case: Case, coordinator: Caller
) -> None:
    answer = (await coordinator.client.get(path(case))).json()["letters"]
    assert [(one["target"], one["channel"], one["state"]) for one in answer][:2] == [
        (0, "letter", "ready"),
        (1, "email", "ready"),
    ]
    first, again = await letter(case, coordinator), await letter(case, coordinator)
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Cache-Control"] == "no-store"
    assert first.content == again.content
    paper = on_paper(first.content)
    assert "Lic. Eulalia Ejemplo Fiscalía de Derechos Humanos del Estado Avenida de la Ceiba 100" in paper
    assert "Señora Fiscal:" in paper
    assert await state_of(case) == [(DeliveryState.SENDING, None)]
    for on in (DAY, "2026-11-21"):
        assert (await post(case, coordinator, on=on)).json()["posted_on"] == DAY
    assert await state_of(case) == [(DeliveryState.SENT, DAY)]
    assert problem(await letter(case, coordinator), 409)["title"] == "This letter was posted."
    told = await events(case)
    assert [kind for kind, _ in told] == ["letter_printed", "letter_printed", "letter_posted"]
    assert told[-1][1] == {"document": 1, "target": 0, "posted_on": DAY}


async def test_whom_a_mail_reaches_may_get_a_letter_beside_it(case: Case, coordinator: Caller) -> None:
    assert problem(await post(case, coordinator, BY_MAIL), 409)["title"] == "This letter was not printed."
    assert (await letter(case, coordinator, BY_MAIL)).status_code == 200
    assert (await post(case, coordinator, BY_MAIL)).status_code == 200
    assert await state_of(case, BY_MAIL) == [(DeliveryState.SENT, DAY)]
    sizes = "SELECT size, (SELECT count(*) FROM delivery WHERE dispatch_id = dispatch.id) FROM dispatch"
    ((size, rows),) = await execute(case.database, sizes)
    assert size == rows


async def test_no_workflow_sends_a_letter_waits_for_it_or_ends_it(case: Case) -> None:
    dispatched = await case.freeze()
    async with case.database.transaction() as session:
        batches = await outbox.unsent_ranges(session, dispatched, EVERYTHING)
    assert Channel.LETTER not in {batch.channel for batch in batches}
    async with case.database.transaction() as session:
        await outbox.end_dispatch(session, dispatched)
    assert await state_of(case) == [(DeliveryState.READY, None)]


async def stopped(case: Case) -> None:
    """Stop, as far as the workflow's end."""
    await case.decide(Decision.STOP)
    async with case.database.transaction() as session:
        await cancel_outstanding(session, case.action.id)


CLOSED_GATES = {
    "hold": "UPDATE urgent_action SET held_at = now()",
    "stop": "UPDATE urgent_action SET stopped_at = now()",
    "close": "UPDATE urgent_action SET closed_at = now()",
    "returned": "UPDATE urgent_action SET returned_at = now()",
    "attestations": "DELETE FROM attestation",
    "consent": "UPDATE consent SET revoked_at = now()",
}


async def test_nothing_is_printed_that_the_gate_does_not_let_out(case: Case, coordinator: Caller) -> None:
    for name, change in CLOSED_GATES.items():
        for printed_before in (False, True):
            if printed_before:
                assert (await letter(case, coordinator)).status_code == 200
            before, told = await state_of(case), await events(case)
            await _change(case, change)
            refused = await letter(case, coordinator)
            assert problem(refused, 409)["title"] == "This letter may not leave now.", name
            assert (await state_of(case), await events(case)) == (before, told), name
            await _restore(case)
            await execute(case.database, "UPDATE delivery SET state = 'ready' WHERE channel = 'letter'")
    assert (await letter(case, coordinator)).status_code == 200


KEPT = ("urgent_action", "attestation", "consent")


async def _change(case: Case, change: str) -> None:
    """Keep the tables that are changed, and change them."""
    for table in KEPT:
        await execute(case.database, f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    await execute(case.database, change)


async def _restore(case: Case) -> None:
    columns = ("held_at", "stopped_at", "closed_at", "returned_at")
    await execute(
        case.database,
        "UPDATE urgent_action SET "
        + ", ".join(f"{column} = kept.{column}" for column in columns)
        + " FROM kept_urgent_action AS kept WHERE kept.id = urgent_action.id",
    )
    await execute(
        case.database, "INSERT INTO attestation SELECT * FROM kept_attestation ON CONFLICT DO NOTHING"
    )
    await execute(
        case.database,
        "UPDATE consent SET revoked_at = kept.revoked_at FROM kept_consent AS kept"
        " WHERE kept.id = consent.id",
    )
    for table in KEPT:
        await execute(case.database, f"DROP TABLE kept_{table}")


async def test_a_changed_text_is_not_printed_before_it_is_released(case: Case, coordinator: Caller) -> None:
    await changed_text(case)
    assert problem(await letter(case, coordinator), 409)["title"] == "This letter may not leave now."


async def test_who_was_sent_a_letter_is_told_of_the_stop_by_letter(case: Case, coordinator: Caller) -> None:
    assert (await letter(case, coordinator)).status_code == 200
    await stopped(case)
    assert await state_of(case) == [(DeliveryState.UNKNOWN, None)]
    reached = f"SELECT channel FROM ({RECIPIENTS[Purpose.STOP_NOTICE]}) AS reached"
    assert await execute(case.database, reached, action_id=case.action.id) == [("letter",)]
    assert problem(await letter(case, coordinator), 409)["title"] == "This letter may not leave now."
    assert (await post(case, coordinator)).status_code == 200
    assert await state_of(case) == [(DeliveryState.SENT, DAY)]
    assert await execute(case.database, reached, action_id=case.action.id) == [("letter",)]


async def test_a_letter_that_was_not_printed_ends_with_the_action(case: Case, coordinator: Caller) -> None:
    await stopped(case)
    assert await state_of(case) == [(DeliveryState.CANCELLED, None)]
    assert problem(await post(case, coordinator), 409)["title"] == "This letter was not printed."


async def test_a_letter_that_names_somebody_is_not_handed_out(case: Case, coordinator: Caller) -> None:
    hidden = "SELECT id FROM person_at_risk WHERE visibility = 'named' LIMIT 1"
    ((person,),) = await execute(case.database, hidden)
    await execute(
        case.database, "UPDATE person_at_risk SET visibility = 'withheld' WHERE id = :id", id=person
    )
    answer = await letter(case, coordinator)
    assert answer.status_code == 409
    assert await state_of(case) == [(DeliveryState.READY, None)]
    assert await events(case) == []


async def test_offices_in_one_house_each_get_a_letter(site: Site) -> None:
    case = await make_case(site.services.database)
    await execute(
        case.database,
        "UPDATE target_address SET channel = 'letter', address = 'Plaza 1', fingerprint = sha256('x')",
    )
    await case.freeze()
    ((targets,),) = await execute(case.database, "SELECT count(*) FROM target")
    ((letters,),) = await execute(case.database, "SELECT count(*) FROM delivery WHERE channel = 'letter'")
    assert letters == targets > 1


async def test_what_is_wrong_is_said(case: Case, coordinator: Caller, verifier: Caller) -> None:
    assert (await letter(case, verifier)).status_code == 403
    assert (await verifier.client.get(path(case))).status_code == 200
    assert problem(await letter(case, coordinator, 9), 404)["title"].startswith("This document was released")
    unknown = path(case).replace("documents/1/", "documents/7/")
    assert (await coordinator.client.get(unknown)).status_code == 404
    await letter(case, coordinator)
    assert (await post(case, coordinator, on="2999-01-01")).status_code == 422
    assert (await post(case, coordinator, on="ayer")).status_code == 422
