"""Drafts for mechanisms: who is in them follows each consent of today; a person sends them, and says so."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from models.columns import now
from models.mechanisms import DraftFormat, Mechanism
from models.messages import Purpose
from models.vocabulary import ConsentUse, Role
from storage.actions import action_by_id
from templates.submission.filling import filled
from tests.factories import case_tree
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.consent_calls import CEIBA, FAMILY, JACINTA
from tests.integration.web.site import API, Caller, Site, problem
from tests.unit.templates.letter_examples import on_paper
from tests.unit.templates.submission_examples import in_docx
from web.authentication import Caller as WhoCalls
from web.submission_cases import material_of

NAMES = {CEIBA: "Maruca Tovilla Espinar", JACINTA: "Jacinta Olvera Montejo", FAMILY: "Familia Tovilla"}
NEVER = (
    "Maruquita",
    "Doña Maru",
    "967",
    "Callejón del Aljibe",
    "Familia Tovilla",
    "sin placas siguió a dos",
    "Quienes amenazan conocen",
    "Acta de la asamblea",
)
"""Aliases, private details, who is withheld, the sealed facts, the risk, a source."""


def path(case: Case, rest: str = "") -> str:
    return f"{API}/actions/{case.action.reference}/submissions{rest}"


async def draft(
    case: Case, caller: Caller, mechanism: str = "iachr", kind: str = "md", **parameters: str
) -> httpx.Response:
    return await caller.client.get(path(case, f"/{mechanism}.{kind}"), params=parameters)


async def change(case: Case, person: int, changed: str, use: ConsentUse = ConsentUse.MECHANISMS) -> None:
    """Change the consent of a person as if it had been written down so."""
    await execute(
        case.database,
        f"UPDATE consent SET {changed} WHERE use = :use AND person_at_risk_id IN"
        " (SELECT id FROM person_at_risk WHERE position = :position)",
        use=use,
        position=person,
    )


async def without_her_name(case: Case) -> None:
    """Have the texts name nobody but Ceiba."""
    await execute(
        case.database, "UPDATE document_text SET body = replace(body, 'Jacinta Olvera Montejo', 'una vocera')"
    )
    await execute(case.database, "UPDATE document_text SET body = replace(body, 'Jacinta', 'ella')")


async def events(case: Case, *kinds: str) -> list[tuple[str, Any, dict[str, Any]]]:
    query = "SELECT kind, person_id, detail FROM audit_event WHERE kind = ANY(:kinds) ORDER BY sequence"
    return [tuple(row) for row in await execute(case.database, query, kinds=list(kinds))]


def readable(answer: httpx.Response, kind: str) -> str:
    assert answer.status_code == 200, answer.text
    texts = {"pdf": lambda: on_paper(answer.content), "docx": lambda: in_docx(answer.content)}
    return texts.get(kind, lambda: answer.text)()


@pytest.mark.parametrize("kind", DraftFormat)
@pytest.mark.parametrize("mechanism", [Mechanism.UN_SPECIAL_PROCEDURES, Mechanism.IACHR])
async def test_a_draft_names_who_allows_it_and_says_nothing_that_is_private(
    case: Case, coordinator: Caller, mechanism: Mechanism, kind: DraftFormat
) -> None:
    answer = await draft(case, coordinator, mechanism, kind)
    text = readable(answer, kind)
    for person in (CEIBA, JACINTA):
        assert NAMES[person] in text
    assert "(en el texto: Ceiba)" in text
    assert [said for said in NEVER if said in text] == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].endswith(f'.{mechanism}.es.{kind}"')


async def test_each_drawing_is_told_as_a_reading_of_identities_by_whom(
    case: Case, coordinator: Caller
) -> None:
    answer = await draft(case, coordinator)
    (kind, reader, read), (_, drawer, drawn) = await events(case, "private_read", "submission_drafted")
    assert (kind, reader, drawer) == ("private_read", coordinator.person_id, coordinator.person_id)
    assert read == {"fields": ["identities"], "why": "submitting"}
    assert drawn == {
        "mechanism": "iachr",
        "format": "md",
        "language": "es",
        "digest": answer.headers["Acuerpa-Digest"],
        "people": 2,
    }


WITHDRAWN = {
    "refused": "given = false",
    "revoked": "revoked_at = now()",
    "expired": "valid_until = current_date - 1",
}


@pytest.mark.parametrize("why", WITHDRAWN)
async def test_a_pseudonym_stands_for_her_whose_consent_does_not_hold_today(
    case: Case, coordinator: Caller, why: str
) -> None:
    assert NAMES[CEIBA] in (await draft(case, coordinator)).text
    await change(case, CEIBA, WITHDRAWN[why])
    text = readable(await draft(case, coordinator), "md")
    assert NAMES[CEIBA] not in text
    assert "Maruca" not in text
    assert "guardiana del agua y partera" not in text
    assert "**Ceiba**" in text
    assert NAMES[JACINTA] in text
    newest = (await coordinator.client.get(path(case))).json()["submissions"][0]
    assert newest["left_out"] == [CEIBA, FAMILY]


@pytest.mark.parametrize("why", WITHDRAWN)
async def test_a_draft_whose_text_names_her_whose_consent_does_not_hold_is_refused_with_her_place_and_why(
    case: Case, coordinator: Caller, why: str
) -> None:
    await change(case, JACINTA, WITHDRAWN[why])
    refused = problem(await draft(case, coordinator), 409)
    assert f"people_at_risk.{JACINTA}: her name, {why}" in refused["detail"]
    assert "Jacinta" not in str(refused)
    assert (await coordinator.client.get(path(case))).json() == {"submissions": []}
    await without_her_name(case)
    text = readable(await draft(case, coordinator), "md")
    assert "Jacinta" not in text
    assert NAMES[CEIBA] in text


async def test_nothing_is_drafted_where_nobody_allows_it(case: Case, coordinator: Caller) -> None:
    await change(case, CEIBA, "revoked_at = now()")
    await execute(
        case.database,
        "DELETE FROM consent WHERE use = 'mechanisms' AND person_at_risk_id IN"
        " (SELECT id FROM person_at_risk WHERE position = :position)",
        position=JACINTA,
    )
    refused = problem(await draft(case, coordinator), 409)
    assert refused["title"] == "Nobody in this case allows that it is submitted."
    for person, why in ((CEIBA, "revoked"), (JACINTA, "never_asked"), (FAMILY, "withheld")):
        assert f"people_at_risk.{person} ({why})" in refused["detail"]


async def test_consents_from_before_a_reopening_count_no_more(case: Case, coordinator: Caller) -> None:
    await execute(case.database, "UPDATE urgent_action SET reopened_at = now()")
    refused = problem(await draft(case, coordinator), 409)
    assert f"people_at_risk.{CEIBA} (asked_again)" in refused["detail"]


async def test_an_alias_or_a_telephone_in_the_text_is_found_by_the_leak_guard(
    case: Case, coordinator: Caller
) -> None:
    for said in ("Doña Maru", "+52 967 000 0101"):
        before = "SELECT count(*) FROM submission"
        drawn = await execute(case.database, before)
        await execute(case.database, "UPDATE document_text SET background = :said", said=f"Dijo {said}.")
        refused = problem(await draft(case, coordinator), 409)
        assert f"people_at_risk.{CEIBA}" in refused["detail"]
        assert said not in str(refused)
        assert await execute(case.database, before) == drawn


CLOSED_GATES = {
    "hold": "UPDATE urgent_action SET held_at = now()",
    "stop": "UPDATE urgent_action SET stopped_at = now()",
    "close": "UPDATE urgent_action SET closed_at = now()",
    "rejected": "UPDATE urgent_action SET rejected_at = now()",
    "returned": "UPDATE urgent_action SET returned_at = now()",
    "sources": "DELETE FROM source",
    "consent revision": "UPDATE urgent_action SET consent_revision = consent_revision + 1",
    "approval": "DELETE FROM attestation WHERE confirms = 'text:es'",
}


@pytest.mark.parametrize("closed", CLOSED_GATES)
async def test_nothing_is_drafted_that_the_gate_would_not_let_out(
    case: Case, coordinator: Caller, closed: str
) -> None:
    await execute(case.database, CLOSED_GATES[closed])
    refused = problem(await draft(case, coordinator), 409)
    assert refused["title"] == "This case may not be submitted now."
    assert await events(case, "submission_drafted", "private_read") == []


async def test_a_language_of_the_case_may_be_asked_for_and_no_other(case: Case, coordinator: Caller) -> None:
    english = await draft(case, coordinator, language="en")
    assert "Proposed beneficiaries" in english.text
    assert "water guardian and midwife" in english.text
    refused = problem(await draft(case, coordinator, language="fr"), 409)
    assert refused["detail"].endswith("es, en.")


async def test_the_committee_on_disappearances_is_asked_for_nothing_else(
    site: Site, coordinator: Caller
) -> None:
    threatened = await make_case(site.services.database)
    refused = problem(await draft(threatened, coordinator, "ced"), 409)
    assert refused["title"] == "This form is for another kind of case."
    tree = case_tree()
    tree["concerns"] = ["enforced_disappearance"]
    gone = await make_case(site.services.database, tree)
    assert "Desaparición Forzada" in readable(await draft(gone, coordinator, "ced"), "md")


async def test_a_draft_tells_which_authorities_have_got_the_statement(
    case: Case, coordinator: Caller
) -> None:
    assert "Fiscalía" not in (await draft(case, coordinator)).text
    await case.end(Purpose.STATEMENT)
    assert "Fiscalía" in (await draft(case, coordinator)).text


async def test_what_was_sent_is_written_down_once_with_its_digest_and_time(
    case: Case, coordinator: Caller
) -> None:
    drawn = await draft(case, coordinator)
    digest = drawn.headers["Acuerpa-Digest"]
    assert (await draft(case, coordinator, kind="docx")).headers["Acuerpa-Digest"] == digest
    (listed,) = (await coordinator.client.get(path(case))).json()["submissions"]
    assert (listed["digest"], listed["sent_at"], listed["left_out"]) == (digest, None, [FAMILY])
    assert "gravity.why" in listed["missing"]
    await execute(case.database, "UPDATE urgent_action SET closed_at = now()")
    body = {"mechanism": "iachr", "digest": digest}
    first = await coordinator.client.post(path(case), json=body)
    later = await coordinator.client.post(path(case), json={**body, "sent_at": now().isoformat()})
    assert first.status_code == 200, first.text
    assert first.json()["sent_at"] == later.json()["sent_at"]
    ((_, who, told),) = await events(case, "submitted")
    assert who == coordinator.person_id
    assert (told["mechanism"], told["digest"]) == ("iachr", digest)


async def test_what_cannot_have_been_sent_is_refused(case: Case, coordinator: Caller) -> None:
    digest = (await draft(case, coordinator)).headers["Acuerpa-Digest"]
    body = {"mechanism": "iachr", "digest": digest}
    for changed in ({"mechanism": "ced"}, {"digest": "9f" * 32}):
        problem(await coordinator.client.post(path(case), json={**body, **changed}), 404)
    for moved in (timedelta(hours=1), timedelta(days=-1)):
        sent_at = (now() + moved).isoformat()
        problem(await coordinator.client.post(path(case), json={**body, "sent_at": sent_at}), 422)
    assert await events(case, "submitted") == []


async def test_nobody_without_the_key_can_try_out_names_against_the_digest_of_a_draft(
    site: Site, case: Case, coordinator: Caller
) -> None:
    digest = (await draft(case, coordinator)).headers["Acuerpa-Digest"]
    async with site.services.database.transaction() as session:
        action = await action_by_id(session, case.action.id)
        as_caller = WhoCalls(person_id=coordinator.person_id, roles=frozenset({Role.COORDINATOR}))
        material = await material_of(session, site.services, action, as_caller, None)
    said = filled(Mechanism.IACHR, material.case).said()
    assert NAMES[CEIBA] in said
    assert site.services.fingerprint.of("submission", said).hex() == digest
    assert sha256(said.encode()).hexdigest() != digest
