"""The verifiers' page with the PIN: the case is taken, read, and each reading written down."""

from typing import Any

from models.vocabulary import Role
from tests.integration.outbox_cases import execute, make_case
from tests.integration.web.consent_calls import CEIBA, JACINTA, consented, passed
from tests.integration.web.sign_visits import (
    FROM_THE_PAGE,
    hidden_fields,
)
from tests.integration.web.site import Caller, Site
from tests.integration.web.verification_visits import (
    WRONG,
    VerificationVisit,
    words_of,
)

READ = "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read'"


async def test_she_reads_who_decides_what_could_not_be_asked_and_what_must_be_asked_again(
    site: Site, verification: VerificationVisit, coordinator: Caller
) -> None:
    unasked = {"given_by": "not_obtainable", "reason": "Está incomunicada."}
    await consented(coordinator, verification.case, CEIBA, "photograph", **unasked)
    assert (await passed(coordinator, verification.case, JACINTA)).is_success
    said = " ".join(words_of(await verification.type_pin()).split())
    assert "Desde su desaparición, el 30 de octubre de 2026, decide su familia." in said
    assert "Amada Tovilla Invento , hermana" in said
    assert "no se pudo preguntar a nadie, por teléfono, 30 de octubre de 2026 Está incomunicada." in said
    ((_, detail),) = await execute(site.services.database, READ)
    assert detail["fields"] == [
        *("facts", "identities", "families", "consent_reasons", "sources", "risk_note")
    ]
    await execute(site.services.database, "UPDATE urgent_action SET reopened_at = now()")
    assert "Hay que pedirlo de nuevo Nombre en público" in " ".join(
        words_of(await verification.type_pin()).split()
    )


async def test_the_language_is_hers_unless_she_chooses_before_and_after_the_pin(
    site: Site, verification: VerificationVisit
) -> None:
    await execute(site.services.database, "UPDATE person SET language = 'fr'")
    french = await verification.browser.get(verification.path)
    english = await verification.browser.get(verification.path, params={"lang": "en"})
    assert [page.text.partition('<html lang="')[2][:2] for page in (french, english)] == ["fr", "en"]
    fields: dict[str, Any] = {**await verification.fields(), "answer": "show", "missing": "Falta <algo>"}
    fields |= {"confirms": ["facts", "text:es"], "revoke": ["1:name_in_public"]}
    page = await verification.browser.post(f"{verification.path}?lang=pt", data=fields, headers=FROM_THE_PAGE)
    assert page.status_code == 200
    assert '<html lang="pt"' in page.text
    assert "Falta &lt;algo&gt;</textarea>" in page.text
    assert page.text.count(" checked>") == 3
    assert hidden_fields(page) == {name: fields[name] for name in hidden_fields(page)}


async def test_with_the_right_pin_the_case_is_taken_once_and_its_workflow_told(
    site: Site, verification: VerificationVisit
) -> None:
    for _ in range(2):
        assert (await verification.type_pin()).status_code == 200
    events = await execute(
        site.services.database, "SELECT person_id FROM audit_event WHERE kind = 'acknowledged'"
    )
    assert events == [(verification.person_id,)]
    ((taken, answered),) = await execute(
        site.services.database,
        "SELECT acknowledged_at, answered_at FROM verification_request WHERE person_id = :id",
        id=verification.person_id,
    )
    assert taken
    assert answered is None
    waiting = "SELECT requested, delivered FROM pending_nudge WHERE addressee = 'action'"
    assert await execute(site.services.database, waiting) == [(1, 0)]


async def test_each_showing_of_private_fields_is_written_down_and_changes_no_revision(
    site: Site, verification: VerificationVisit
) -> None:
    caller = await site.caller(Role.COORDINATOR)
    address = f"/api/v1/actions/{verification.case.action.reference}"
    async with caller.client as client:
        await verification.type_pin()
        revision = (await client.get(address)).json()["revision"]
        await verification.type_pin()
        await verification.answer(confirms=None)
        assert (await client.get(address)).json()["revision"] == revision
    detail = {"why": "attesting", "fields": ["facts", "identities", "sources", "risk_note"]}
    assert await execute(site.services.database, READ) == [(verification.person_id, detail)] * 4
    await verification.type_pin(WRONG)
    assert len(await execute(site.services.database, READ)) == 4


async def test_what_may_be_the_same_person_is_shown_from_both_sides(
    site: Site, verification: VerificationVisit
) -> None:
    others = [await make_case(site.services.database, attested=False) for _ in range(2)]
    pairs = [
        (others[0].action.id, verification.case.action.id, 81),
        (verification.case.action.id, others[1].action.id, 97),
        (verification.case.action.id, others[0].action.id, 78),
        (others[0].action.id, others[1].action.id, 99),
    ]
    for one, other, percent in pairs:
        await execute(
            site.services.database,
            "INSERT INTO possible_duplicate VALUES (:one, :other, :percent, now())",
            one=one,
            other=other,
            percent=percent,
        )
    said = words_of(await verification.type_pin())
    likeliest, likely = (f"{others[place].action.reference}: los nombres" for place in (1, 0))
    assert said.index(likeliest) < said.index(likely)
    assert "97 por ciento" in said
    assert "81 por ciento" in said
    assert "99 por ciento" not in said
