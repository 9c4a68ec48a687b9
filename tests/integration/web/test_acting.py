"""A partner that has signed reports what it did itself; coordinators read it, and count without names."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from models.columns import now
from models.lifecycle import Decision
from models.partner_actions import LONGEST_NOTE, MOST_A_DAY, PartnerActionKind
from models.vocabulary import SignatureVisibility
from security.sealed_places import partner_action_place
from tests.integration.outbox_cases import Case, changed_text, execute
from tests.integration.overdue import RENDERER
from tests.integration.sign_links import DECLINED, SIGNED, answered, sign_link
from tests.integration.web.approver_visits import SideVisit, beside
from tests.integration.web.sign_visits import ELSEWHERE, Visit, assert_is_kept_by_nobody, hidden_fields
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

TODAY = now().date().isoformat()
NOTE = "Nos atendió la secretaria Eulogia Inventada."
CALLED: dict[str, str | None] = {"kind": "called", "done_on": TODAY, "target": "0", "note": NOTE}
ROWS = "SELECT * FROM partner_action ORDER BY reported_at"


@pytest.fixture
async def acting(case: Case, visit: Visit) -> SideVisit:
    """The page on which a partner that signed says what it did."""
    await answered(case, "casa-manantial")
    return await beside(visit, "actions")


async def listed(caller: Caller, case: Case) -> dict[str, Any]:
    answer = await caller.client.get(f"{API}/actions/{case.action.reference}/partner-actions")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def take_back(acting: SideVisit, headers: dict[str, str] | None = None) -> httpx.Response:
    """Press the button of the report that stands first."""
    page = await acting.read()
    (form,) = [one for one in page.text.split('id="') if one.startswith("back-")][:1]
    fields = hidden_fields(page, form.partition('"')[0])
    posted = {**fields, "take_back": form.partition('"')[0].removeprefix("back-")}
    return await acting.post(posted, headers) if headers else await acting.post(posted)


async def test_what_a_partner_did_is_reported_once_and_read_by_those_who_work_on_the_case(
    site: Site, case: Case, visit: Visit, acting: SideVisit, verifier: Caller
) -> None:
    assert f'href="{acting.path}"' in (await visit.read()).text
    assert_is_kept_by_nobody(await acting.read())
    assert await count_of(site.services.database, "partner_action") == 0, "looking changes nothing"
    for _click in range(2):
        page = await acting.post(CALLED)
    assert "Fue un error: retirar" in page.text
    (one,) = (await listed(verifier, case))["actions"]
    assert (one["partner"], one["kind"], one["target"], one["on"]) == ("casa-manantial", "called", 0, TODAY)
    assert one["has_note"]
    (event,) = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'partner_acted'")
    assert event.detail == {"partner_action_id": one["id"], "kind": "called", "target": 0}


async def test_a_note_is_sealed_and_each_reading_is_written_down(
    site: Site, case: Case, acting: SideVisit, verifier: Caller
) -> None:
    await acting.post(CALLED)
    assert "Eulogia" not in repr(await contents_of(site.services.database))
    assert "Eulogia" not in (await acting.read()).text
    assert "Eulogia" not in repr(await listed(verifier, case))
    (row,) = await execute(case.database, ROWS)
    assert site.services.cipher.open(row.sealed_note, context=partner_action_place(row.id)) == NOTE
    path = f"{API}/actions/{case.action.reference}/partner-actions/notes"
    problem(await verifier.client.get(path), 422)
    opened = await verifier.client.get(path, params={"why": "coordinating"})
    assert opened.json() == {"actions": [{"id": str(row.id), "note": NOTE}]}
    assert opened.headers["Cache-Control"] == "no-store"
    (read,) = await execute(
        case.database, "SELECT person_id, detail FROM audit_event WHERE kind = 'private_read'"
    )
    assert (read.person_id, read.detail["fields"]) == (verifier.person_id, ["partner_action_notes"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": None}, "Elija qué hizo su organización."),
        ({"kind": "prayed"}, "Elija qué hizo su organización."),
        ({"target": ""}, "Elija una oficina."),
        ({"target": "99"}, "Elija una oficina."),
        ({"target": "-1"}, "Elija una oficina."),
        ({"done_on": ""}, "Escriba el día en que lo hizo"),
        ({"done_on": "ayer"}, "Escriba el día en que lo hizo"),
        ({"done_on": "2999-01-01"}, "Escriba el día en que lo hizo"),
        ({"done_on": "2001-01-01"}, "Escriba el día en que lo hizo"),
        ({"note": "x" * (LONGEST_NOTE + 1)}, "Escriba como máximo 500 caracteres"),
        ({"note": "a\x00b"}, "Escriba como máximo 500 caracteres"),
        ({"note": "a\u202eb"}, "Escriba como máximo 500 caracteres"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_and_what_was_written_stays(
    site: Site, acting: SideVisit, changed: dict[str, str | None], said: str
) -> None:
    page = await acting.post({**CALLED, **changed})
    assert page.status_code == 422
    assert said in page.text
    if "note" not in changed:
        assert NOTE in page.text
    assert await count_of(site.services.database, "partner_action") == 0


async def test_another_site_or_a_form_of_another_page_reports_and_takes_back_nothing(
    site: Site, visit: Visit, acting: SideVisit
) -> None:
    for headers in ELSEWHERE:
        assert (await acting.post(CALLED, headers)).status_code == 422
    other = hidden_fields(await visit.read(), "withdraw")["form_token"]
    for token in (None, "x", other):
        assert (await acting.post({**CALLED, "form_token": token})).status_code == 422
    assert await count_of(site.services.database, "partner_action") == 0
    await acting.post(CALLED)
    for headers in ELSEWHERE:
        assert (await take_back(acting, headers)).status_code == 422
    (row,) = await execute(site.services.database, ROWS)
    assert row.withdrawn_at is None


async def test_a_report_over_a_text_that_has_changed_since_is_not_taken(
    site: Site, case: Case, acting: SideVisit
) -> None:
    fields = hidden_fields(await acting.read())
    await changed_text(case, "Hubo otra llamada.")
    await acting.post({**CALLED, **fields})
    assert await count_of(site.services.database, "partner_action") == 0


async def test_a_mistake_is_taken_back_by_its_own_partner_and_stays_in_the_list(
    case: Case, acting: SideVisit, coordinator: Caller
) -> None:
    await acting.post(CALLED)
    page = await take_back(acting)
    assert "Fue un error" not in page.text
    told = await listed(coordinator, case)
    (one,) = told["actions"]
    assert one["withdrawn_at"]
    assert told["tally"] == {"organisations": {}, "texts": {}}
    kinds = await execute(
        case.database, "SELECT kind FROM audit_event WHERE kind LIKE 'partner_act%' ORDER BY number"
    )
    assert [row.kind for row in kinds] == ["partner_acted", "partner_action_taken_back"]


async def test_nobody_takes_back_what_another_partner_reported(
    site: Site, case: Case, acting: SideVisit
) -> None:
    await acting.post(CALLED)
    (row,) = await execute(case.database, ROWS)
    await answered(case, "red-del-volcan")
    async with site.client() as browser:
        theirs = await beside(Visit(case, await sign_link(case, "red-del-volcan"), browser), "actions")
        await theirs.post({"take_back": str(row.id)})
    (row,) = await execute(case.database, ROWS)
    assert row.withdrawn_at is None


async def test_so_many_a_day_are_taken_and_more_on_the_next(
    site: Site, case: Case, acting: SideVisit
) -> None:
    for number in range(MOST_A_DAY + 1):
        page = await acting.post({**CALLED, "note": f"Llamada {number}"})
    assert page.status_code == 422
    assert "infórmenos del resto mañana" in page.text
    assert await count_of(site.services.database, "partner_action") == MOST_A_DAY
    await take_back(acting)
    assert (await acting.post({**CALLED, "note": "Otra"})).status_code == 422, "taking back makes no room"
    await execute(
        case.database, "UPDATE partner_action SET reported_at = :at", at=now() - timedelta(hours=25)
    )
    assert (await acting.post({**CALLED, "note": "Otra"})).status_code == 200


async def test_who_has_not_signed_or_does_not_any_more_reports_nothing(
    site: Site, case: Case, visit: Visit
) -> None:
    page = await beside(visit, "actions")
    for given in (None, DECLINED):
        if given:
            await answered(case, "casa-manantial", given)
        assert 'name="done_on"' not in (await page.read()).text
        await page.post(CALLED)
        assert page.path not in (await visit.read()).text
    assert await count_of(site.services.database, "partner_action") == 0


async def test_on_hold_and_after_a_stop_nothing_is_shown_or_taken(
    site: Site, case: Case, acting: SideVisit
) -> None:
    fields = hidden_fields(await acting.read())
    for decision in (Decision.HOLD, Decision.STOP):
        await case.decide(decision)
        assert "Fiscalía" not in (await acting.read()).text
        await acting.post({**CALLED, **fields})
    assert await count_of(site.services.database, "partner_action") == 0


async def test_organisations_are_counted_once_and_whose_name_is_withheld_is_named_to_nobody(
    site: Site, case: Case, acting: SideVisit, coordinator: Caller
) -> None:
    await acting.post(CALLED)
    await acting.post({**CALLED, "target": "1"})
    withheld = SIGNED._replace(visibility=SignatureVisibility.WITHHELD)
    await answered(case, "red-del-volcan", withheld)
    async with site.client() as browser:
        theirs = await beside(Visit(case, await sign_link(case, "red-del-volcan"), browser), "actions")
        await theirs.post({**CALLED, "kind": "met", "note": None})
        await theirs.post(CALLED)
    told = await listed(coordinator, case)
    assert [one["partner"] for one in told["actions"]] == ["casa-manantial", "casa-manantial", None, None]
    assert "olc" not in repr([one["partner_name"] for one in told["actions"][2:]])
    assert told["tally"]["organisations"] == {"called": 2, "met": 1}
    body = told["tally"]["texts"]["es"]["body"]
    assert body.startswith("- 2 organizaciones llamaron por teléfono.\n- 1 organización se reunió")
    assert set(told["tally"]["texts"]) <= {"es", "en"}
    events = await execute(case.database, "SELECT detail FROM audit_event WHERE kind = 'partner_acted'")
    assert {frozenset(row.detail) for row in events} == {frozenset({"partner_action_id", "kind", "target"})}


async def test_who_took_its_signature_back_is_counted_no_more(
    case: Case, visit: Visit, acting: SideVisit, coordinator: Caller
) -> None:
    await acting.post(CALLED)
    assert (await listed(coordinator, case))["tally"]["organisations"] == {"called": 1}
    assert (await visit.withdraw()).status_code == 200
    assert (await listed(coordinator, case))["tally"]["organisations"] == {}


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr"])
@pytest.mark.parametrize("kind", PartnerActionKind)
def test_each_kind_is_said_in_each_language_with_its_number(kind: PartnerActionKind, language: str) -> None:
    counted = {one.value: 0 for one in PartnerActionKind}
    for number in (1, 7):
        said = RENDERER.notice("partner_actions", language, {**counted, kind.value: number})
        assert said.body.startswith(f"- {number} ")
        assert said.body.count("\n") == 1
