"""From a receipt to "that was not us": real mails, and the page behind their links."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from models.lifecycle import Decision
from security.tokens import token_hash
from tests.integration.local_servers import LocalMailbox
from tests.integration.outbox_cases import Case, execute
from tests.integration.receipts import ReceiptVisit, register, send_due, token_in
from tests.integration.sign_links import DECLINED, answered
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    Visit,
    assert_is_kept_by_nobody,
    garbage_like,
    visited_by_scanners,
    without_nonce,
)
from tests.integration.web.site import API, Caller, Site
from tests.integration.web.snapshots import contents_of

OFFICE = "oficina@manantial.example"


@pytest.fixture
async def case(case: Case) -> Case:
    """A case that partners may sign, one of them with a registered address of its own."""
    await register(case, "casa-manantial", OFFICE)
    return case


@pytest.fixture
async def receipt(site: Site, case: Case, visit: Visit, mailbox: LocalMailbox) -> AsyncIterator[ReceiptVisit]:
    """The link in the receipt of a signature."""
    assert (await visit.answer()).status_code == 200
    (mail,) = await send_due(case, mailbox)
    async with site.client() as browser:
        yield ReceiptVisit(token_in(mail), browser)


async def answers_of(case: Case) -> list[tuple[str, bool, bool]]:
    """Return every answer of a case, oldest first: what, whether it counts, whether it disowns another."""
    query = (
        "SELECT answer, superseded_at IS NULL AS counts, disowned FROM signature"
        " WHERE document_id = :document ORDER BY answered_at"
    )
    rows = await execute(case.database, query, document=case.document.document_id)
    return [(row.answer, row.counts, row.disowned) for row in rows]


async def test_a_receipt_says_what_was_answered_by_whom_and_when_and_nothing_of_the_case(
    case: Case, visit: Visit, mailbox: LocalMailbox
) -> None:
    await visit.answer()
    (mail,) = await send_due(case, mailbox)
    assert mail["to"] == [OFFICE]
    reference = case.action.reference
    assert mail["subject"] == f"{reference}/1: lo que se respondió por su organización"
    ((digest,),) = await execute(case.database, "SELECT encode(digest, 'hex') FROM signature")
    for part in (mail["text"], mail["html"]):
        assert "Amparo Ficticia Ruiz, Coordinadora" in part
        assert "su organización firma, con su nombre" in part
        assert digest in part
        assert token_in(mail) in part
        assert case.action.title not in part


async def test_only_the_hash_of_its_link_is_kept(case: Case, receipt: ReceiptVisit) -> None:
    ((kept,),) = await execute(case.database, "SELECT token_hash FROM answer_link")
    assert kept == token_hash(receipt.token)


async def test_the_page_shows_the_answer_and_is_kept_by_nobody(case: Case, receipt: ReceiptVisit) -> None:
    before = await contents_of(case.database)
    page = await receipt.read()
    assert_is_kept_by_nobody(page)
    assert "Amparo Ficticia Ruiz, Coordinadora" in page.text
    assert case.action.title not in page.text
    assert receipt.token not in page.text + str(page.url)
    assert (await receipt.path()).startswith("/receipt/")
    assert await contents_of(case.database) == before


async def test_that_was_not_us_takes_the_signature_back_and_revokes_the_links_to_sign(
    case: Case, visit: Visit, receipt: ReceiptVisit
) -> None:
    told = await receipt.tell()
    assert told.status_code == 200
    assert "Nos avisó de que no fue su organización" in told.text
    assert 'method="post"' not in told.text
    assert await answers_of(case) == [("signed", False, False), ("withdrawn", True, True)]
    assert (await visit.browser.get(visit.link)).status_code == 404
    query = "SELECT count(*) FROM sign_link WHERE revoked_at IS NULL AND invitation_id = :id"
    invitation = (await receipt.path()).rpartition("/")[2]
    assert await execute(case.database, query, id=invitation) == [(0,)]


async def test_the_coordinator_is_told_without_a_name_and_sees_who_it_was(
    case: Case, receipt: ReceiptVisit, mailbox: LocalMailbox, coordinator: Caller
) -> None:
    await receipt.tell()
    ((coordinators,),) = await execute(
        case.database,
        "SELECT email FROM person JOIN urgent_action ON author_id = person.id WHERE urgent_action.id = :id",
        id=case.action.id,
    )
    mails = {tuple(mail["to"]): mail for mail in await send_due(case, mailbox)}
    assert mails.keys() == {(coordinators,), (OFFICE,)}
    alarm = mails[coordinators,]
    assert case.action.reference in alarm["subject"]
    assert "Manantial" not in alarm["text"] + alarm["html"]
    assert "se retiró" in mails[OFFICE,]["text"]
    shown = (await coordinator.client.get(f"{API}/actions/{case.action.reference}/signatures")).json()
    disowned = [one for one in shown["signatures"] if one["disowned"]]
    assert [(one["partner"], one["answer"]) for one in disowned] == [
        ("Casa de las Mujeres El Manantial", "withdrawn")
    ]
    timeline = await coordinator.client.get(f"{API}/actions/{case.action.reference}/timeline")
    assert "answer_disowned" in timeline.text
    assert await send_due(case, mailbox) == []


async def test_a_withheld_signature_that_was_disowned_is_named_to_the_coordinator(
    case: Case, visit: Visit, mailbox: LocalMailbox, site: Site, coordinator: Caller
) -> None:
    await visit.answer(visibility="withheld")
    (mail,) = await send_due(case, mailbox)
    assert "firma, sin su nombre" in mail["text"]
    async with site.client() as browser:
        await ReceiptVisit(token_in(mail), browser).tell()
    shown = (await coordinator.client.get(f"{API}/actions/{case.action.reference}/signatures")).json()
    named = [one["partner"] for one in shown["signatures"] if one["disowned"]]
    assert named == ["Casa de las Mujeres El Manantial"]


@pytest.mark.parametrize("ended", ["released_at", "closed_at", "stopped_at", "held_at"])
async def test_undoing_works_whatever_has_become_of_the_action(
    case: Case, receipt: ReceiptVisit, ended: str
) -> None:
    change = f"UPDATE urgent_action SET {ended} = now() WHERE id = :id"
    await execute(case.database, change, id=case.action.id)
    assert (await receipt.tell()).status_code == 200
    assert (await answers_of(case))[-1] == ("withdrawn", True, True)


async def test_after_the_close_the_coordinator_is_told_all_the_same(
    case: Case, receipt: ReceiptVisit, mailbox: LocalMailbox
) -> None:
    change = "UPDATE urgent_action SET closed_at = now() WHERE id = :id"
    await execute(case.database, change, id=case.action.id)
    await receipt.tell()
    assert len(await send_due(case, mailbox)) == 2


async def test_on_hold_the_alarm_waits_and_after_a_stop_it_alone_goes_out(
    case: Case, receipt: ReceiptVisit, mailbox: LocalMailbox
) -> None:
    await case.decide(Decision.HOLD)
    await receipt.tell()
    assert await send_due(case, mailbox) == []
    await case.decide(Decision.STOP)
    (alarm,) = await send_due(case, mailbox)
    assert case.action.reference in alarm["subject"]


async def test_a_refusal_and_a_withdrawal_can_be_disowned_too(
    site: Site, case: Case, mailbox: LocalMailbox
) -> None:
    await answered(case, "casa-manantial", DECLINED)
    (mail,) = await send_due(case, mailbox)
    assert "su organización no firma" in mail["text"]
    async with site.client() as browser:
        await ReceiptVisit(token_in(mail), browser).tell()
    assert await answers_of(case) == [("declined", False, False), ("withdrawn", True, True)]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("told_by", "", "Escriba su nombre."),
        ("told_by", None, "Escriba su nombre."),
        ("told_by", "x" * 201, "como máximo"),
        ("told_by", "a\nb", "como máximo"),
        ("said", "maybe", "Elija uno de los botones."),
        ("said", None, "Elija uno de los botones."),
        ("form_token", "x", "no se registró nada. Por favor"),
        ("form_token", None, "no se registró nada. Por favor"),
    ],
)
async def test_what_is_incomplete_or_not_ours_changes_nothing_and_says_why(
    case: Case, receipt: ReceiptVisit, field: str, value: str | None, told: str
) -> None:
    before = await contents_of(case.database)
    answer = await receipt.tell(**{"said": "disown", field: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert "<h1>" in answer.text
    assert await contents_of(case.database) == before


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_a_form_that_another_site_posts_changes_nothing(
    case: Case, receipt: ReceiptVisit, headers: dict[str, str]
) -> None:
    fields = {**await receipt.fields(), "told_by": "Amparo", "said": "disown"}
    before = await contents_of(case.database)
    assert (await receipt.post(fields, headers)).status_code == 422
    assert await contents_of(case.database) == before


async def test_scanners_that_open_its_link_and_page_change_nothing(case: Case, receipt: ReceiptVisit) -> None:
    paths = (f"/r/{receipt.token}", await receipt.path())
    before = await contents_of(case.database)
    assert await visited_by_scanners(receipt.browser, *paths) <= {200, 303}
    assert await contents_of(case.database) == before


async def test_a_form_about_an_answer_that_another_has_overtaken_changes_nothing(
    case: Case, receipt: ReceiptVisit
) -> None:
    fields = {**await receipt.fields(), "told_by": "Amparo", "said": "disown"}
    await receipt.post(fields)
    assert (await receipt.post(fields)).status_code == 200
    assert len(await answers_of(case)) == 2


async def test_confirming_what_nobody_doubts_changes_nothing(case: Case, receipt: ReceiptVisit) -> None:
    before = await contents_of(case.database)
    assert (await receipt.tell("confirm")).status_code == 200
    assert await contents_of(case.database) == before


async def test_links_that_open_nothing_cannot_be_told_apart(
    site: Site, case: Case, visit: Visit, receipt: ReceiptVisit
) -> None:
    query = "UPDATE answer_link SET {} WHERE token_hash = :hash"
    dead = [receipt.token, *garbage_like(receipt.token), visit.token]
    path = await receipt.path()
    alive = without_nonce(await receipt.browser.get(path))
    assert alive[0] == 200
    await execute(case.database, query.format("revoked_at = now()"), hash=token_hash(receipt.token))
    async with site.client() as stranger:
        pages = {without_nonce(await stranger.get(f"/r/{token}")) for token in dead}
        pages |= {without_nonce(await stranger.get(one)) for one in (path, "/receipt/x", "/receipt/%00")}
        pages |= {without_nonce(await stranger.post(path, data={"said": "disown", "told_by": "Ana"}))}
    pages |= {without_nonce(await receipt.browser.get(path))}
    assert [status for status, _ in pages] == [404]


async def test_an_expired_link_opens_nothing(case: Case, receipt: ReceiptVisit) -> None:
    change = "UPDATE answer_link SET expires_at = expires_at - make_interval(secs => :seconds)"
    await execute(case.database, change, seconds=timedelta(days=90).total_seconds())
    assert (await receipt.read()).status_code == 404


async def test_a_sign_link_opens_no_page_of_an_answer_and_the_other_way_round(
    site: Site, visit: Visit, receipt: ReceiptVisit
) -> None:
    async with site.client() as stranger:
        assert (await stranger.get(f"/r/{visit.token}")).status_code == 404
        assert (await stranger.get(f"/s/{receipt.token}")).status_code == 404
