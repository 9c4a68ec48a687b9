"""Consents taken back by the verifiers' page, and the notice of an end approved there."""

from uuid import uuid4

import pytest

from models.messages import DeliveryState
from models.vocabulary import Disclosure
from storage.standing import facts_of
from tests import factories
from tests.integration.outbox_cases import execute, make_case
from tests.integration.verification_links import ask, on_duty
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import count_of
from tests.integration.web.verification_visits import (
    EVERYTHING,
    VerificationVisit,
    problems_in,
    visit_of,
    words_of,
)

LIVE = "SELECT count(*) FROM consent WHERE given AND revoked_at IS NULL"


async def releasable(visit: VerificationVisit) -> None:
    """Have two others attest the case that she is asked about."""
    async with visit.case.database.transaction() as session:
        action = await session.merge(visit.case.action)
        await factories.attest_twice(session, action)
        await factories.add_directory(session)


async def test_a_revocation_by_the_page_is_seen_by_the_very_next_claim(
    verification: VerificationVisit,
) -> None:
    await releasable(verification)
    case = verification.case
    batch = await case.batch()
    assert len(await case.claim(batch, uuid4(), limit=3)) == 3
    waiting = [one for one in await case.deliveries(batch) if one.state is DeliveryState.READY]
    assert Disclosure.PUBLIC in {one.disclosure for one in waiting}
    page = await verification.answer("revoke", revoke="1:name_in_public")
    assert page.status_code == 200
    assert Disclosure.PUBLIC not in {one.disclosure for one in await case.claim(batch, uuid4())}
    assert "El consentimiento quedó retirado" in words_of(page)
    assert "Retirado Nombre en público" in " ".join(words_of(page).split())


async def test_a_revocation_leaves_the_link_open_for_the_answer(verification: VerificationVisit) -> None:
    await verification.answer("revoke", revoke=["0:mechanisms", "0:name_to_authorities"])
    database = verification.case.database
    revoked = await execute(
        database,
        "SELECT person_id, detail->>'use' FROM audit_event WHERE kind = 'consent_revoked' ORDER BY 2",
    )
    assert revoked == [
        (verification.person_id, "mechanisms"),
        (verification.person_id, "name_to_authorities"),
    ]
    assert await execute(database, LIVE) == [(5,)]
    assert await execute(database, "SELECT requested FROM pending_nudge") == [(2,)]
    assert (await verification.answer()).status_code == 200


async def test_a_revocation_holds_whatever_changed_meanwhile_and_once(
    verification: VerificationVisit,
) -> None:
    fields = await verification.fields()
    await execute(
        verification.case.database,
        "UPDATE consent SET revoked_at = now() WHERE use = 'name_in_public' AND given",
    )
    for _ in range(2):
        again = await verification.post({**fields, "answer": "revoke", "revoke": "1:mechanisms"})
        assert again.status_code == 200
    events = "SELECT count(*) FROM audit_event WHERE kind = 'consent_revoked'"
    assert await execute(verification.case.database, events) == [(1,)]


@pytest.mark.parametrize(
    "revoke", [None, "", "1:photograph", "9:mechanisms", "mechanisms", ["1:mechanisms", "x"]]
)
async def test_what_is_no_given_consent_is_not_taken_back(
    verification: VerificationVisit, revoke: str | list[str] | None
) -> None:
    page = await verification.answer("revoke", revoke=revoke, missing="Falta.")
    assert page.status_code == 422
    assert problems_in(page) == ["revoke"]
    assert "Falta.</textarea>" in page.text
    assert await execute(verification.case.database, LIVE) == [(7,)]
    assert await count_of(verification.case.database, "objection") == 0


async def test_the_notice_of_a_stop_is_shown_alone_and_approved_by_its_texts(
    site: Site, coordinator: Caller
) -> None:
    case = await make_case(site.services.database)
    batch = await case.batch()
    await execute(
        case.database, "UPDATE delivery SET state = 'sent' WHERE dispatch_id = :id", id=batch.dispatch_id
    )
    assert (await coordinator.client.post(f"{API}/actions/{case.action.reference}/stop")).is_success
    person_id = await on_duty(case.database, site.services.pins, 1)
    await ask(case.database, case.action.id)
    visit = await visit_of(site, case, person_id, site.client())
    page = await visit.type_pin()
    said = words_of(page)
    assert "terminó" in said
    assert "has ended" in said
    assert [word for word in ("Ceiba", "Jacinta", "manantial", "asamblea", "Riesgo") if word in said] == []
    assert [
        value for value in ("facts", "consent", "return", "reject", "revoke") if f'"{value}"' in page.text
    ] == []
    assert (await visit.answer(confirms=EVERYTHING)).status_code == 422
    for answer in ("return", "reject"):
        assert (await visit.answer(answer, missing="Falta.", why="No.")).status_code == 422
    assert (await visit.answer("revoke", revoke="1:name_in_public")).status_code == 422
    assert (await visit.answer(confirms=["text:es", "text:en"])).status_code == 200
    assert await execute(case.database, "SELECT 1 FROM audit_event WHERE detail->>'why' = 'attesting'") == []
    async with case.database.transaction() as session:
        assert (await facts_of(session, case.action.id)).notice
