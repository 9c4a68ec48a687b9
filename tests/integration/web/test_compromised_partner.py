"""A partner whose links or addresses somebody else may hold: all is revoked, doubted, and confirmed again."""

from collections.abc import AsyncIterator

import pytest

from models.messages import Purpose
from storage.inviting import count_unasked
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.receipts import ReceiptVisit, register, send_due, token_in
from tests.integration.sign_links import answered, reissued_link
from tests.integration.web.sign_visits import ELSEWHERE, Visit, forms_of, hidden_fields
from tests.integration.web.site import API, Caller, Site, problem

PARTNER = f"{API}/partners/casa-manantial"
OFFICE = "oficina@manantial.example"
AMPARO = "amparo@manantial.example"


@pytest.fixture
async def case(case: Case) -> Case:
    """A case that partners may sign, one of them with a registered address of its own."""
    await register(case, "casa-manantial", "perdida@manantial.example")
    return case


@pytest.fixture
async def compromised(visit: Visit, coordinator: Caller) -> Visit:
    """The sign link of a partner that signed, and was then compromised."""
    await visit.answer()
    told = await coordinator.client.post(f"{PARTNER}/compromised")
    assert told.json() == {"id": "casa-manantial", "invitations": 1, "doubted": 1}
    return visit


@pytest.fixture
async def asked(
    site: Site, compromised: Visit, coordinator: Caller, mailbox: LocalMailbox
) -> AsyncIterator[ReceiptVisit]:
    """The link by which that partner, restored at another address, is asked to confirm its signature."""
    await register(compromised.case, "casa-manantial", OFFICE)
    assert (await coordinator.client.post(f"{PARTNER}/restore")).json()["asked"] == 1
    (mail,) = await send_due(compromised.case, mailbox)
    assert mail["to"] == [OFFICE]
    assert "¿esta respuesta es suya?" in mail["subject"]
    async with site.client() as browser:
        yield ReceiptVisit(token_in(mail), browser)


async def counted(case: Case) -> tuple[int, list[str]]:
    """Return how many signatures count, and who would stand under the statement."""
    rows = await execute(
        case.database,
        "SELECT count(*) FROM signature WHERE superseded_at IS NULL AND doubted_at IS NULL"
        " AND answer = 'signed' AND document_id = :id",
        id=case.document.document_id,
    )
    batch = await case.batch()
    return rows[0][0], [one.address for one in await case.deliveries(batch)]


async def test_every_link_of_it_opens_nothing_at_once(
    site: Site, visit: Visit, coordinator: Caller, mailbox: LocalMailbox
) -> None:
    await visit.answer()
    (mail,) = await send_due(visit.case, mailbox)
    async with site.client() as browser:
        receipt = ReceiptVisit(token_in(mail), browser)
        assert (await receipt.read()).status_code == 200
        await coordinator.client.post(f"{PARTNER}/compromised")
        assert (await receipt.read()).status_code == 404
        assert (await visit.browser.get(visit.link)).status_code == 404


async def test_an_invitation_that_was_made_at_that_moment_is_not_sent_and_its_link_opens_nothing(
    visit: Visit, coordinator: Caller
) -> None:
    batch = await visit.case.batch(Purpose.INVITATION)
    await coordinator.client.post(f"{PARTNER}/compromised")
    for table in ("invitation", "sign_link"):
        await execute(visit.case.database, f"UPDATE {table} SET revoked_at = NULL")
    assert (await visit.browser.get(visit.link)).status_code == 404
    assert AMPARO not in {one.address for one in await visit.case.claim(batch)}
    async with visit.case.database.transaction() as session:
        assert await count_unasked(session, visit.case.document.document_id) == 0


async def test_its_signature_is_not_counted_named_or_sent_under(compromised: Visit) -> None:
    await answered(compromised.case, "sisters-of-the-river")
    signed, written_to = await counted(compromised.case)
    assert signed == 1
    assert "wanjiru@riversisters.example" in written_to
    assert "amparo@manantial.example" not in written_to


async def test_the_coordinator_sees_that_it_is_doubted_and_who_did_that(
    compromised: Visit, coordinator: Caller
) -> None:
    reference = compromised.case.action.reference
    listed = (await coordinator.client.get(f"{API}/actions/{reference}/signatures")).json()["signatures"]
    assert [one["partner"] for one in listed if one["doubted"]] == ["Casa de las Mujeres El Manantial"]
    status = (await coordinator.client.get(f"{API}/actions/{reference}")).json()["sign_on"]
    assert status["signed"] == 0
    timeline = (await coordinator.client.get(f"{API}/actions/{reference}/timeline")).json()["events"]
    assert [one["person"] is not None for one in timeline if one["kind"] == "partner_compromised"] == [True]


async def test_nothing_is_sent_to_it_while_it_is_compromised(
    compromised: Visit, mailbox: LocalMailbox
) -> None:
    assert await send_due(compromised.case, mailbox) == []


async def test_it_can_be_told_so_again_and_gets_no_other_status_invitation_or_link(
    compromised: Visit, coordinator: Caller
) -> None:
    assert (await coordinator.client.post(f"{PARTNER}/compromised")).status_code == 200
    invitations = f"{API}/actions/{compromised.case.action.reference}/invitations"
    problem(await coordinator.client.post(f"{PARTNER}/status", json={"status": "active"}), 409)
    problem(await coordinator.client.post(f"{invitations}/casa-manantial/link"), 409)
    window = f"{API}/actions/{compromised.case.action.reference}/documents/1/sign-on/invitations"
    problem(await coordinator.client.post(window, json={"partner": "casa-manantial"}), 409)


async def test_a_partner_that_was_not_compromised_cannot_be_restored(coordinator: Caller) -> None:
    problem(await coordinator.client.post(f"{PARTNER}/restore"), 409)
    problem(await coordinator.client.post(f"{API}/partners/nobody/compromised"), 404)


async def test_a_signature_of_an_action_that_has_ended_is_not_doubted(
    visit: Visit, coordinator: Caller
) -> None:
    await visit.answer()
    change = "UPDATE urgent_action SET closed_at = now() WHERE id = :id"
    await execute(visit.case.database, change, id=visit.case.action.id)
    told = await coordinator.client.post(f"{PARTNER}/compromised")
    assert told.json()["doubted"] == 0


async def test_confirming_has_it_count_again_and_keeps_who_confirmed(
    compromised: Visit, asked: ReceiptVisit
) -> None:
    page = await asked.read()
    assert "Ya no tenemos la certeza" in page.text
    told = await asked.tell("confirm", told_by="Amparo Ficticia")
    assert "su organización confirmó esta respuesta" in told.text
    rows = await execute(
        compromised.case.database, "SELECT confirmed_by, doubted_at, answer, superseded_at FROM signature"
    )
    assert rows == [("Amparo Ficticia", None, "signed", None)]
    assert (await counted(compromised.case))[0] == 1


async def test_refusing_withdraws_it(compromised: Visit, asked: ReceiptVisit) -> None:
    assert (await asked.tell("disown")).status_code == 200
    rows = await execute(
        compromised.case.database,
        "SELECT answer, superseded_at IS NULL, disowned FROM signature ORDER BY answered_at",
    )
    assert rows == [("signed", False, False), ("withdrawn", True, True)]


async def test_after_the_restoration_links_to_sign_stay_revoked_until_they_are_reissued(
    compromised: Visit, asked: ReceiptVisit, coordinator: Caller
) -> None:
    assert (await asked.read()).status_code == 200
    assert (await compromised.browser.get(compromised.link)).status_code == 404
    path = f"{API}/actions/{compromised.case.action.reference}/invitations/casa-manantial/link"
    assert (await coordinator.client.post(path)).status_code == 202


async def test_one_that_is_compromised_again_is_asked_again(
    compromised: Visit, asked: ReceiptVisit, coordinator: Caller, mailbox: LocalMailbox
) -> None:
    await coordinator.client.post(f"{PARTNER}/compromised")
    assert (await asked.read()).status_code == 404
    await coordinator.client.post(f"{PARTNER}/restore")
    assert len(await send_due(compromised.case, mailbox)) == 1


@pytest.fixture
async def again(compromised: Visit, asked: ReceiptVisit, coordinator: Caller) -> Visit:
    """A new link to sign of that partner, once it was restored."""
    assert asked.token
    path = f"{API}/actions/{compromised.case.action.reference}/invitations/casa-manantial/link"
    assert (await coordinator.client.post(path)).status_code == 202
    token = await reissued_link(compromised.case, "casa-manantial")
    return Visit(compromised.case, token, compromised.browser)


async def test_on_the_page_to_sign_it_is_asked_and_confirms_what_then_counts_again(again: Visit) -> None:
    page = await again.read()
    assert forms_of(page) == ["confirm", "withdraw"]
    for words in ("confirmar su firma", "Ya no tenemos la certeza", "Amparo Ficticia Ruiz, Coordinadora"):
        assert words in page.text
    assert "Gracias" not in page.text
    fields = {**hidden_fields(page, "confirm"), "answer": "confirm", "confirmed_by": "Amparo Ficticia"}
    assert "Gracias" in (await again.post(fields)).text
    assert (await again.post(fields)).status_code == 200
    rows = await execute(again.case.database, "SELECT confirmed_by, doubted_at, answer, late FROM signature")
    assert rows == [("Amparo Ficticia", None, "signed", False)]
    assert (await counted(again.case))[0] == 1


@pytest.mark.parametrize(
    "changes",
    [{"confirmed_by": " "}, {"form_token": "x"}, {"digest": "00" * 32}, {"follows": "00" * 16}],
)
async def test_what_is_not_whole_confirms_nothing(again: Visit, changes: dict[str, str]) -> None:
    fields = {**hidden_fields(await again.read(), "confirm"), "answer": "confirm", "confirmed_by": "Amparo"}
    page = await again.post({**fields, **changes})
    assert page.status_code == (200 if "follows" in changes else 422)
    assert "Ya no tenemos la certeza" in page.text
    assert (await counted(again.case))[0] == 0


async def test_another_site_confirms_nothing_and_the_seal_of_another_form_does_not_fit(again: Visit) -> None:
    page = await again.read()
    fields = {**hidden_fields(page, "confirm"), "answer": "confirm", "confirmed_by": "Amparo"}
    for headers in ELSEWHERE:
        assert (await again.post(fields, headers)).status_code == 422
    other = hidden_fields(page, "withdraw")["form_token"]
    assert (await again.post({**fields, "form_token": other})).status_code == 422
    assert (await counted(again.case))[0] == 0
