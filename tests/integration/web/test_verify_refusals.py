"""What opens and records nothing: wrong PINs, forged or old proofs, forms with mistakes or from elsewhere."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from models.columns import now
from tests.integration.outbox_cases import execute
from tests.integration.verifiers import enrolment_link
from tests.integration.web.sign_visits import (
    ELSEWHERE,
    FROM_THE_PAGE,
    assert_no_form_is_answered_by_a_page,
    hidden_fields,
)
from tests.integration.web.site import PUBLIC_URL, Site
from tests.integration.web.snapshots import contents_of, count_of
from tests.integration.web.verification_visits import (
    EVERYTHING,
    PIN,
    WRONG,
    VerificationVisit,
    problems_in,
    visit_of,
    words_of,
)
from web import verify_forms

CASE_WORDS = ("UA-20", "manantial", "Ceiba", "Jacinta")


async def without_people(site: Site) -> dict[str, str]:
    """Return what the database holds but for the counts of wrong PINs."""
    contents = await contents_of(site.services.database)
    return {table: digest for table, digest in contents.items() if table != "person"}


def says_nothing(page: httpx.Response) -> bool:
    return not [word for word in CASE_WORDS if word in page.text]


async def test_five_wrong_pins_lock_and_then_the_right_one_is_refused(
    site: Site, verification: VerificationVisit
) -> None:
    before = await without_people(site)
    pages = [await verification.type_pin(WRONG) for _ in range(5)]
    assert [page.status_code for page in pages] == [422, 422, 422, 422, 429]
    assert [problems_in(page) for page in pages] == [["pin"]] * 4 + [[]]
    right = await verification.type_pin()
    assert right.status_code == 429
    assert "espere 15 minutos" in words_of(right)
    assert all(map(says_nothing, [*pages, right]))
    assert WRONG not in "".join(page.text for page in pages)
    assert await without_people(site) == before
    await execute(site.services.database, "UPDATE person SET pin_locked_until = now()")
    assert (await verification.type_pin()).status_code == 200


async def test_ten_wrong_pins_shut_her_out_and_close_all_her_links(
    site: Site, verification: VerificationVisit
) -> None:
    other = await visit_of(site, verification.case, verification.person_id, verification.browser)
    open_page: dict[str, Any] = {**await other.fields(), "answer": "attest", "confirms": EVERYTHING}
    for _ in range(10):
        page = await verification.type_pin(WRONG)
        await execute(site.services.database, "UPDATE person SET pin_locked_until = NULL")
    assert page.status_code == 403
    assert "ya no abre nada" in words_of(page)
    assert says_nothing(page)
    for visit in (verification, other):
        assert (await visit.browser.get(visit.path)).status_code == 404
        assert (await visit.post({"step": "pin", "pin": PIN})).status_code == 404
    assert (await other.post(open_page)).status_code == 404
    assert await count_of(site.services.database, "attestation") == 0


async def test_a_new_enrolment_closes_the_pages_that_she_has_open(
    site: Site, verification: VerificationVisit
) -> None:
    open_page: dict[str, Any] = {**await verification.fields(), "answer": "attest", "confirms": EVERYTHING}
    await enrolment_link(site.services.database, verification.person_id)
    assert problems_in(await verification.post(open_page)) == ["answer"]
    page = await verification.type_pin()
    assert page.status_code == 403
    assert "no tiene PIN" in words_of(page)
    assert says_nothing(page)
    chosen = await site.services.pins.hash(verification.person_id, SecretStr("604172"))
    await execute(site.services.database, "UPDATE person SET pin_hash = :chosen", chosen=chosen)
    assert problems_in(await verification.post(open_page)) == ["answer"]
    assert await count_of(site.services.database, "attestation") == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pin": ""}, "pin"),
        ({"pin": None}, "pin"),
        ({"pin": "abcdef"}, "pin"),
        ({"pin": "٤٩٣٨١٧"}, "pin"),
        ({"form_token": "0" * 64}, "answer"),
        ({"form_token": None}, "answer"),
        ({"form_token": "ñ"}, "answer"),
    ],
)
async def test_what_is_no_pin_or_not_from_the_page_is_not_counted(
    site: Site, verification: VerificationVisit, changes: dict[str, str | None], field: str
) -> None:
    before = await contents_of(site.services.database)
    page = await verification.type_pin(**{"pin": PIN, **changes})
    assert page.status_code == 422
    assert problems_in(page) == [field]
    assert await contents_of(site.services.database) == before


async def test_spaces_around_a_pin_do_not_count(verification: VerificationVisit) -> None:
    assert (await verification.type_pin(f" {PIN}\t")).status_code == 200


@pytest.mark.parametrize("form", ["pin", "answer"])
async def test_a_form_posted_from_elsewhere_does_nothing(
    site: Site, verification: VerificationVisit, form: str
) -> None:
    posted = (
        {**hidden_fields(await verification.browser.get(verification.path)), "pin": PIN}
        if form == "pin"
        else {**await verification.fields(), "answer": "attest", "confirms": "facts"}
    )
    before = await contents_of(site.services.database)
    for headers in ELSEWHERE:
        page = await verification.browser.post(verification.path, data=posted, headers=headers)
        assert page.status_code == 422, headers
        assert says_nothing(page), headers
    assert await contents_of(site.services.database) == before


@pytest.mark.parametrize("headers", [{}, {"Origin": PUBLIC_URL}, FROM_THE_PAGE])
async def test_a_form_posted_from_the_page_counts(
    verification: VerificationVisit, headers: dict[str, str]
) -> None:
    form = {**await verification.fields(), "answer": "attest", "confirms": "facts"}
    page = await verification.browser.post(verification.path, data=form, headers=headers)
    assert page.status_code == 200


async def test_a_proof_is_of_no_use_but_for_its_own_link_text_matter_and_time(
    site: Site, asked: list[VerificationVisit]
) -> None:
    first, second = asked
    hers = await first.fields()
    again = await visit_of(site, first.case, first.person_id, first.browser)
    forged: list[dict[str, str]] = [
        {"form_token": (await second.fields())["form_token"]},
        {"form_token": (await again.fields())["form_token"]},
        {"form_token": hidden_fields(await first.browser.get(first.path))["form_token"]},
        {"form_token": "0" * 64},
        {"digest": "0" * 64},
        {"digest": ""},
        {"seen": "0" * 64},
        {"expires": str(int(hers["expires"]) + 1)},
        {"expires": "9" * 30},
        {"expires": ""},
        {"expires": "x"},
    ]
    before = await contents_of(site.services.database)
    for changes in forged:
        for answer in ("attest", "return", "reject", "revoke", "show"):
            form: dict[str, Any] = {**hers, **changes, "answer": answer, "confirms": EVERYTHING}
            page = await first.post({**form, "missing": "x", "why": "x", "revoke": "1:mechanisms"})
            assert page.status_code == 422, (changes, answer)
            assert says_nothing(page), (changes, answer)
    assert await contents_of(site.services.database) == before


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("attest", {"confirms": None}, "confirms"),
    ("attest", {"confirms": "text:fr"}, "confirms"),
    ("attest", {"confirms": ["facts", "everything"]}, "confirms"),
    ("attest", {"confirms": [f"text:{number}" for number in range(300)]}, "confirms"),
    ("return", {}, "missing"),
    ("return", {"missing": " \r\n "}, "missing"),
    ("return", {"missing": "a\0b"}, "missing"),
    ("return", {"missing": "a" * 4001}, "missing"),
    ("return", {"why": "Falta."}, "missing"),
    ("reject", {}, "why"),
    ("reject", {"why": "{{ x }}"}, "why"),
    ("", {}, "answer"),
    ("ATTEST", {}, "answer"),
    ("stop", {}, "answer"),
]


async def test_a_form_with_a_mistake_records_nothing_but_that_it_was_shown(
    site: Site, verification: VerificationVisit
) -> None:
    fields: dict[str, Any] = await verification.fields()
    before = await contents_of(site.services.database)
    for answer, changes, field in MISTAKES:
        page = await verification.post({**fields, "answer": answer, **changes})
        assert page.status_code == 422, (answer, changes)
        assert problems_in(page) == [field], (answer, changes)
        after = await contents_of(site.services.database)
        changed = {table for table in after if after[table] != before[table]}
        assert all(table.startswith("audit_") for table in changed), (answer, changes)
    kinds = await execute(site.services.database, "SELECT kind FROM audit_event ORDER BY sequence")
    assert [kind for (kind,) in kinds][-len(MISTAKES) :] == ["private_read"] * len(MISTAKES)


async def test_what_was_typed_and_marked_is_kept_and_escaped(verification: VerificationVisit) -> None:
    page = await verification.answer("return", missing="", why="<b>No</b>", confirms=["facts"])
    assert "&lt;b&gt;No&lt;/b&gt;</textarea>" in page.text
    marked = page.text.partition('id="confirms-facts"')[2].partition(">")[0]
    assert "checked" in marked
    assert page.text.count(" checked>") == 1


async def test_when_the_time_is_over_she_types_her_pin_again_and_keeps_what_she_wrote(
    verification: VerificationVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(verify_forms, "PROOF_LASTS", timedelta(minutes=-1))
        late = await verification.answer("return", missing='Falta "algo"\ny <más>.')
    assert late.status_code == 422
    assert "El tiempo para responder se agotó" in words_of(late)
    assert 'name="pin"' in late.text
    assert await count_of(verification.case.database, "objection") == 0
    kept = 'Falta "algo"\ny <más>.'
    shown = await verification.type_pin(missing=kept)
    assert "Falta &#34;algo&#34;\ny &lt;más&gt;.</textarea>" in shown.text
    assert 'value="Falta &#34;algo&#34;\ny &lt;más&gt;."' in late.text
    assert (await verification.post({**hidden_fields(shown), "answer": "return", "missing": kept})).is_success
    assert await count_of(verification.case.database, "objection") == 1


async def test_a_proof_holds_for_half_an_hour(verification: VerificationVisit) -> None:
    fields = await verification.fields()
    left = verify_forms.ending_of(fields["expires"]) - now()
    assert timedelta(minutes=28) < left <= timedelta(minutes=30) == verify_forms.PROOF_LASTS


async def test_what_is_no_form_is_answered_by_a_page(site: Site, verification: VerificationVisit) -> None:
    before = await contents_of(site.services.database)
    await assert_no_form_is_answered_by_a_page(verification.browser, verification.path, "pin", PIN)
    assert await contents_of(site.services.database) == before
