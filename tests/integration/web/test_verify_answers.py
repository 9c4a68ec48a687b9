"""What verifiers answer by their page counts as by the API, once, with Temporal away."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from models.documents import DocumentText
from models.lifecycle import Phase
from security.sealed_places import objection_place
from storage.database import Database
from storage.documents import approved_languages, current_version, texts_of, write_version
from storage.standing import attested, facts_of, phase_of
from tests import factories
from tests.integration.outbox_cases import execute
from tests.integration.verification_links import ask
from tests.integration.web.sign_visits import hidden_fields, without_nonce
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of, count_of
from tests.integration.web.verification_visits import (
    EVERYTHING,
    VerificationVisit,
    problems_in,
    visit_of,
    words_of,
)
from web.versions import new_version

CANARY = "canario: falta la segunda fuente, Itzel ya no contesta"


async def written_anywhere(database: Database, words: str) -> list[str]:
    """Name the tables in which words stand in clear."""
    found = []
    async with database.transaction() as session:
        for table in sorted(SQLModel.metadata.tables):
            rows = (await session.execute(text(f"SELECT line::text FROM {table} AS line"))).scalars().all()
            if any(words in row or words.encode().hex() in row for row in rows):
                found.append(table)
    return found


async def standing(visit: VerificationVisit) -> tuple[int, list[str], Phase]:
    """Return how many attested, which languages are approved, and the phase that was decided."""
    async with visit.case.database.transaction() as session:
        action = await session.merge(visit.case.action)
        await session.refresh(action)
        version = (await current_version(session, action.id)).version
        people, _ = await attested(session, action, version)
        return people, await approved_languages(session, action, version), phase_of(action)


async def rewrite(visit: VerificationVisit) -> None:
    """Have the coordinator change the text."""
    async with visit.case.database.transaction() as session:
        action = await session.merge(visit.case.action)
        await session.refresh(action)
        document, version = await current_version(session, action.id)
        texts = [
            DocumentText(**text.model_dump(exclude={"id"}) | {"body": "Un texto nuevo."})
            for text in (await texts_of(session, version.id)).values()
        ]
        new = new_version(document.id, texts, action.author_id)
        await write_version(session, action, document, new, action.author_id)


async def test_an_attestation_by_the_page_counts_in_the_gate_and_its_workflow_is_told(
    verification: VerificationVisit,
) -> None:
    thanks = await verification.answer()
    assert thanks.status_code == 200
    assert "Gracias" in thanks.text
    assert await standing(verification) == (1, ["es", "en"], Phase.RECEIVED)
    rows = await execute(
        verification.case.database, "SELECT person_id, confirms FROM attestation ORDER BY confirms"
    )
    assert rows == [(verification.person_id, one) for one in sorted(EVERYTHING)]
    ((requested, delivered),) = await execute(
        verification.case.database, "SELECT requested, delivered FROM pending_nudge"
    )
    assert (requested, delivered) == (2, 0)


async def test_what_she_does_not_mark_she_does_not_confirm(verification: VerificationVisit) -> None:
    assert (await verification.answer(confirms=["facts", "text:en"])).status_code == 200
    assert await standing(verification) == (0, ["en"], Phase.RECEIVED)


async def test_two_verifiers_complete_the_verification(asked: list[VerificationVisit]) -> None:
    database, action_id = asked[0].case.database, asked[0].case.action.id
    assert [(await visit.answer()).status_code for visit in asked] == [200, 200]
    async with database.transaction() as session:
        facts = await facts_of(session, action_id)
    assert (facts.lacking, facts.verification) == ((), None)
    assert facts.release


async def test_a_link_is_used_up_by_its_answer_and_so_are_all_of_the_request(
    site: Site, verification: VerificationVisit
) -> None:
    again = await visit_of(site, verification.case, verification.person_id, verification.browser)
    open_page: dict[str, Any] = {**await again.fields(), "answer": "reject", "why": "No."}
    await verification.answer()
    before = await contents_of(site.services.database)
    pages = [
        await verification.browser.get(verification.path),
        await again.post(open_page),
        await again.browser.get(again.path),
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({without_nonce(page) for page in pages}) == 1
    assert await contents_of(site.services.database) == before


async def test_of_answers_at_once_one_counts(verification: VerificationVisit) -> None:
    fields = await verification.fields()
    forms: list[dict[str, Any]] = [
        {**fields, "answer": "attest", "confirms": EVERYTHING},
        {**fields, "answer": "return", "missing": CANARY},
        {**fields, "answer": "reject", "why": CANARY},
    ]
    answers = await asyncio.gather(*(verification.post(form) for form in forms * 2))
    assert sorted(answer.status_code for answer in answers) == [200, *[404] * 5]
    people, _, phase = await standing(verification)
    objections = await count_of(verification.case.database, "objection")
    assert (people, objections, phase) in {
        (1, 0, Phase.RECEIVED),
        (0, 1, Phase.RETURNED),
        (0, 1, Phase.REJECTED),
    }


@pytest.mark.parametrize(
    ("answer", "field", "kind"), [("return", "missing", "returned"), ("reject", "why", "rejected")]
)
async def test_an_objection_is_kept_sealed_and_stands_in_clear_nowhere(
    verification: VerificationVisit, answer: str, field: str, kind: str
) -> None:
    with capture_logs() as logs:
        assert (await verification.answer(answer, **{field: f"  {CANARY}\r\nOtra línea.\r\n"})).is_success
    assert (await standing(verification))[2] == kind
    database = verification.case.database
    ((objection_id, sealed, stored, person_id),) = await execute(
        database, "SELECT id, sealed_reason, kind, person_id FROM objection"
    )
    opened = factories.CIPHER.open(sealed, context=objection_place(objection_id))
    assert (opened, stored, person_id) == (f"{CANARY}\nOtra línea.", kind, verification.person_id)
    assert await written_anywhere(database, CANARY) == []
    assert await written_anywhere(database, kind) == ["audit_event", "objection"]
    assert CANARY not in repr(logs)


async def test_the_next_cycle_shows_what_was_missing(
    site: Site, asked: list[VerificationVisit], coordinator: Caller
) -> None:
    first, second = asked
    await second.answer()
    await first.answer("return", missing="Falta <una> fuente.")
    completed = await coordinator.client.post(f"{API}/actions/{first.case.action.reference}/complete")
    assert completed.is_success, completed.text
    await ask(site.services.database, first.case.action.id)
    again = await visit_of(site, first.case, first.person_id, first.browser)
    page = await again.type_pin()
    assert "Devuelto el " in words_of(page)
    assert "Falta &lt;una&gt; fuente." in page.text
    assert "por 1 de 2 personas" in words_of(page)


async def test_whoever_confirms_again_after_a_completion_has_answered(
    site: Site, asked: list[VerificationVisit]
) -> None:
    first, second = asked
    await first.answer()
    await second.answer("return", missing="Falta algo.")
    await execute(
        site.services.database, "UPDATE urgent_action SET returned_at = NULL, verification_cycle = 2"
    )
    await ask(site.services.database, first.case.action.id)
    again = await visit_of(site, first.case, first.person_id, first.browser)
    assert (await again.answer()).status_code == 200
    assert (await again.browser.get(again.path)).status_code == 404
    assert (await standing(first))[0] == 1


@pytest.mark.parametrize(
    "hers", ["UPDATE urgent_action SET author_id = :id", "UPDATE document_version SET created_by = :id"]
)
async def test_the_author_of_case_or_text_cannot_confirm_it_and_may_object(
    verification: VerificationVisit, hers: str
) -> None:
    await execute(verification.case.database, hers, id=verification.person_id)
    page = await verification.type_pin()
    assert "Usted lo escribió" in words_of(page)
    assert 'value="attest"' not in page.text
    refused = await verification.answer()
    assert refused.status_code == 422
    assert await count_of(verification.case.database, "attestation") == 0
    assert (await verification.answer("return", missing="Me falta algo.")).status_code == 200


async def test_a_text_that_names_somebody_is_not_confirmed_and_the_page_says_where(
    verification: VerificationVisit,
) -> None:
    database = verification.case.database
    await execute(
        database,
        "UPDATE document_text SET body = E'Uno.\\n\\nDos, con Maruca Tovilla.',"
        " demands[2] = 'A la Doña Maru.' WHERE language = 'es'",
    )
    before = await count_of(database, "attestation")
    page = await verification.answer()
    assert page.status_code == 422
    assert problems_in(page) == ["confirms"]
    said = " ".join(words_of(page).split())
    assert "Texto en español, texto principal, línea 3: el nombre de alguien" in said
    assert "Texto en español, exigencia 2, línea 1: otro nombre de alguien" in said
    assert await count_of(database, "attestation") == before
    assert page.text.count(" checked>") == len(EVERYTHING)
    assert (await verification.answer(confirms=["facts", "consent", "text:en"])).status_code == 200


async def test_after_a_new_text_the_link_of_the_old_one_records_nothing(
    verification: VerificationVisit,
) -> None:
    form: dict[str, Any] = {**await verification.fields(), "answer": "attest", "confirms": EVERYTHING}
    await rewrite(verification)
    assert (await verification.post(form)).status_code == 404
    assert await count_of(verification.case.database, "attestation") == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE urgent_action SET verification_cycle = 1",
        "UPDATE consent SET revoked_at = now() WHERE use = 'mechanisms'",
        "UPDATE source SET kind = 'media' WHERE kind = 'official_record'",
    ],
)
async def test_what_changed_meanwhile_is_shown_and_nothing_is_recorded(
    verification: VerificationVisit, change: str
) -> None:
    form: dict[str, Any] = {**await verification.fields(), "answer": "attest", "confirms": EVERYTHING}
    if "cycle" in change:
        await rewrite(verification)
    await execute(verification.case.database, change)
    for answer in ("attest", "return", "reject", "show"):
        page = await verification.post({**form, "answer": answer, "missing": "Falta.", "why": "No."})
        assert page.status_code == 422
        assert problems_in(page) == ["answer"]
        assert "El caso cambió" in words_of(page)
        assert ("Un texto nuevo." in words_of(page)) == ("cycle" in change)
        assert " checked>" not in page.text
        assert "Falta.</textarea>" in page.text
    assert await count_of(verification.case.database, "attestation") == 0
    assert await count_of(verification.case.database, "objection") == 0
    renewed: dict[str, Any] = {**hidden_fields(page), "answer": "attest", "confirms": EVERYTHING}
    assert (await verification.post(renewed)).status_code == 200


async def test_a_returned_case_is_neither_confirmed_nor_returned_again(
    asked: list[VerificationVisit],
) -> None:
    first, second = asked
    form: dict[str, Any] = {**await second.fields(), "missing": "Falta.", "confirms": EVERYTHING}
    await first.answer("return", missing=CANARY)
    for answer in ("attest", "return"):
        assert (await second.post({**form, "answer": answer})).status_code == 422
    page = await second.type_pin()
    assert "se está completando" in words_of(page)
    assert 'value="attest"' not in page.text
    assert (await standing(first))[2] == Phase.RETURNED


async def test_a_case_that_went_on_is_not_sent_back(verification: VerificationVisit) -> None:
    await execute(verification.case.database, "UPDATE urgent_action SET phase = 'signing'")
    page = await verification.type_pin()
    assert 'value="return"' not in page.text
    assert (await verification.answer("return", missing=CANARY)).status_code == 422
    assert await count_of(verification.case.database, "objection") == 0
    assert (await verification.answer()).status_code == 200
