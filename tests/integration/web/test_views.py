"""What the API shows, and what it never does."""

import asyncio
import time
from typing import Any

from sqlalchemy import text

from models.lifecycle import Decision
from models.messages import Purpose
from models.records import EventKind
from models.vocabulary import Role
from storage.database import Database
from storage.records import record
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, add_members, execute
from tests.integration.sign_links import sign_link
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import API, Caller, Site, eventually, problem

SHOWN = ("Ceiba", "Jacinta Olvera Montejo", "vehículo sin placas")
NEVER_SHOWN = (
    "Esa noche recibieron",
    "Maruca",
    "Tovilla Espinar",
    "Doña Maru",
    "Maruquita",
    "967 000 0101",
    "Callejón del Aljibe",
    "Familia Tovilla",
    "Acta de la asamblea",
    "conserva los mensajes",
    "conocen sus rutas",
    "sealed",
    "fingerprint",
    "whsec_",
    "@",
)
SHOWING = ("", "/{0}", "/{0}/timeline", "/{0}/signatures", "/{0}/deliveries", "/{0}/audit")


async def test_no_view_shows_who_is_not_to_be_named_nor_any_address(
    site: Site, case: Case, coordinator: Caller, visit: Visit
) -> None:
    await visit.answer()
    await case.freeze(Purpose.STATEMENT)
    for caller in (coordinator, await site.caller(Role.VERIFIER)):
        pages = [
            await caller.client.get(f"{API}/actions{path.format(case.action.reference)}") for path in SHOWING
        ]
        shown = "".join(page.text for page in pages)
        assert all(page.is_success for page in pages)
        assert [word for word in SHOWN if word not in shown] == []
        assert [word for word in NEVER_SHOWN if word in shown] == []
    handed_in = await coordinator.client.post(f"{API}/actions", json=case_tree())
    assert [word for word in NEVER_SHOWN if word in handed_in.text] == []


async def test_people_at_risk_are_shown_as_they_may_be_called(case: Case, coordinator: Caller) -> None:
    view = (await coordinator.client.get(f"{API}/actions/{case.action.reference}")).json()
    assert [(one["visibility"], one["display_name"]) for one in view["people_at_risk"]] == [
        ("pseudonym", "Ceiba"),
        ("named", "Jacinta Olvera Montejo"),
        ("withheld", None),
    ]


async def test_a_verifier_sees_what_her_attestation_is_about(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await execute(
        site.services.database,
        """INSERT INTO consent (id, person_at_risk_id, use, given, given_by, method, given_on, revoked_at, recorded_at)
           SELECT gen_random_uuid(), consent.person_at_risk_id, consent.use, true, 'herself', 'phone',
                  DATE '2026-11-19', now(), consent.recorded_at + interval '1 second'
           FROM consent JOIN person_at_risk AS person ON person.id = consent.person_at_risk_id
           WHERE person.display_name = 'Ceiba' AND consent.use = 'name_in_public'""",  # noqa: E501
    )
    view = (await coordinator.client.get(f"{API}/actions/{case.action.reference}")).json()
    handed_in = case_tree()
    assert view["risk_level"] == handed_in["risk_assessment"]["level"]
    assert view["sources"] == [
        {"kind": kind, "received_on": received_on}
        for received_on, kind in sorted(
            (str(one["received_on"]), one["kind"]) for one in handed_in["sources"]
        )
    ]
    for shown, entry in zip(view["people_at_risk"], handed_in["people_at_risk"], strict=True):
        uses = {one["use"]: one for one in shown["consents"]}
        assert len(uses) == len(shown["consents"])
        expected = {one["use"]: one["given"] for one in entry.get("consents", [])}
        changed = {"name_in_public": True} if shown["display_name"] == "Ceiba" else {}
        assert {use: one["given"] for use, one in uses.items()} == {**expected, **changed}
    newest = view["people_at_risk"][0]["consents"]
    assert [one["method"] for one in newest if one["revoked_at"]] == ["phone"]


async def test_a_withheld_signature_is_listed_without_a_name(
    case: Case, coordinator: Caller, visit: Visit
) -> None:
    neighbour = Visit(case, await sign_link(case, "red-del-volcan"), visit.browser)
    await visit.answer(visibility="withheld")
    await neighbour.answer(visibility="public")
    address = f"{API}/actions/{case.action.reference}/signatures"
    listed = (await coordinator.client.get(address)).json()["signatures"]
    assert "El Manantial" not in str(listed)
    answered = {(one["partner"], one["country"], one["visibility"]) for one in listed if one["answer"]}
    assert answered == {(None, None, "withheld"), ("Red de Defensoras del Volcán", "SV", "public")}
    assert [one["partner"] is None for one in listed] == [False] + [True] * (len(listed) - 1)
    assert [bool(one["answered_at"]) for one in listed if one["answer"]] == [True, False]
    view = (await coordinator.client.get(f"{API}/actions/{case.action.reference}")).json()
    assert (view["sign_on"]["signed"], view["sign_on"]["invited"]) == (2, len(listed))


async def test_the_newest_actions_are_listed_first(site: Site, coordinator: Caller) -> None:
    references = [
        (await coordinator.client.post(f"{API}/actions", json=case_tree())).json()["reference"]
        for _ in range(3)
    ]
    await execute(site.services.database, "UPDATE urgent_action SET number = 1000 WHERE number = 2")
    listed = (await coordinator.client.get(f"{API}/actions", params={"limit": 2})).json()["actions"]
    assert [one["reference"] for one in listed] == [references[1], references[2]]


async def _pages(caller: Caller, reference: str, limit: int) -> list[list[dict[str, Any]]]:
    pages: list[list[dict[str, Any]]] = []
    after: str | None = None
    while not pages or after:
        query: dict[str, str | int] = {"limit": limit, **({"after": after} if after else {})}
        page = (await caller.client.get(f"{API}/actions/{reference}/deliveries", params=query)).json()
        pages.append(page["deliveries"])
        after = page["next_after"]
    return pages


async def test_deliveries_are_paged_completely_and_without_repetition(
    site: Site, case: Case, coordinator: Caller
) -> None:
    await add_members(site.services.database, 30)
    await case.freeze(Purpose.INVITATION)
    await case.freeze(Purpose.STATEMENT)
    rows = await execute(site.services.database, "SELECT id FROM delivery")
    expected = {str(row[0]) for row in rows}
    assert len(expected) > 40
    for limit in (1, 7, len(expected), 1000):
        pages = await _pages(coordinator, case.action.reference, limit)
        listed = [one["id"] for page in pages for one in page]
        assert len(listed) == len(expected), limit
        assert set(listed) == expected, limit
        assert all(len(page) <= limit for page in pages)
    address = f"{API}/actions/{case.action.reference}/deliveries"
    for wrong in ("0", "1001", "all"):
        problem(await coordinator.client.get(address, params={"limit": wrong}), 422)
    told = problem(await coordinator.client.get(address, params={"after": "Zopilotillo"}), 422)
    assert "Z" not in told["problems"][0]["rule"]


async def test_a_waiting_view_answers_at_the_change(
    case: Case, coordinator: Caller, database_url: str
) -> None:
    address = f"{API}/actions/{case.action.reference}"
    seen = (await coordinator.client.get(address)).json()["revision"]
    waiting = [
        asyncio.create_task(coordinator.client.get(address, params={"seen": seen, "wait": 20}))
        for _ in range(5)
    ]
    await asyncio.wait(waiting, timeout=0.5)
    assert not any(one.done() for one in waiting)
    elsewhere = Database(database_url)  # as another process would
    await Case(elsewhere, case.action, case.document, case.verifiers).decide(Decision.HOLD)
    committed = time.monotonic()
    answers = await asyncio.gather(*waiting)
    assert time.monotonic() - committed < 1
    assert all(answer.json()["on_hold"] for answer in answers)
    assert all(answer.json()["revision"] > seen for answer in answers)
    await elsewhere.close()


async def test_the_revision_grows_with_every_commit_since_events_are_numbered_in_that_order(
    site: Site, case: Case, coordinator: Caller
) -> None:
    address = f"{API}/actions/{case.action.reference}"
    before = (await coordinator.client.get(address)).json()["revision"]
    async with site.services.database.transaction() as slow:
        await record(slow, case.action.id, EventKind.SIGNED)
        deciding = asyncio.create_task(case.decide(Decision.HOLD))
        await eventually(lambda: _somebody_waits_for_a_lock(site), seconds=5)
        seen = (await coordinator.client.get(address)).json()["revision"]
    await deciding
    assert seen == before
    assert (await coordinator.client.get(address)).json()["revision"] == before + 2


async def test_a_view_is_never_older_than_its_revision(site: Site, case: Case, coordinator: Caller) -> None:
    address = f"{API}/actions/{case.action.reference}"
    before = (await coordinator.client.get(address)).json()["revision"]
    async with site.services.database.transaction() as blocking:
        await blocking.execute(text("LOCK TABLE document_text IN ACCESS EXCLUSIVE MODE"))
        halfway = asyncio.create_task(coordinator.client.get(address))
        await eventually(lambda: _somebody_waits_for_a_lock(site), seconds=5)
        await case.decide(Decision.HOLD)
    view = (await halfway).json()
    assert view["on_hold"] is False
    assert view["revision"] == before


async def _somebody_waits_for_a_lock(site: Site) -> bool:
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
    return bool(await execute(site.services.database, waiting))


async def test_a_broken_notification_does_not_end_the_waiting_for_changes(
    site: Site, case: Case, coordinator: Caller
) -> None:
    address = f"{API}/actions/{case.action.reference}"
    seen = (await coordinator.client.get(address)).json()["revision"]
    await execute(site.services.database, "SELECT pg_notify('acuerpa_changes', 'no identifier')")
    await case.decide(Decision.HOLD)
    seen += 1
    waiting = asyncio.create_task(coordinator.client.get(address, params={"seen": seen, "wait": 20}))
    await case.decide(Decision.RESUME)
    started = time.monotonic()
    assert (await waiting).json()["revision"] > seen
    assert time.monotonic() - started < 5


async def test_a_waiting_view_answers_unchanged_when_its_time_is_over(
    case: Case, coordinator: Caller
) -> None:
    address = f"{API}/actions/{case.action.reference}"
    view = (await coordinator.client.get(address)).json()
    started = time.monotonic()
    again = await coordinator.client.get(address, params={"seen": view["revision"], "wait": 0.3})
    assert 0.3 <= time.monotonic() - started < 2
    assert again.json() == view


async def test_a_view_that_is_behind_answers_at_once(case: Case, coordinator: Caller) -> None:
    address = f"{API}/actions/{case.action.reference}"
    started = time.monotonic()
    behind = await coordinator.client.get(address, params={"seen": 0, "wait": 20})
    assert behind.is_success
    assert time.monotonic() - started < 5
    for query in ("seen=-1", "seen=1&wait=31", "seen=1&wait=nan", "seen=x"):
        problem(await coordinator.client.get(f"{address}?{query}"), 422)
