"""A statement that partners sign must open on a phone with a bad connection: at most 60 KB with the logo."""

from typing import Any

import pytest

from models.documents import DocumentText
from models.logos import LARGEST_BYTES
from tests import factories
from tests.integration.many_partners import invited
from tests.integration.outbox_cases import changed_text, execute, make_case
from tests.integration.sign_links import answered, sign_link
from tests.integration.web.sign_visits import Visit
from tests.integration.web.site import API, Caller, Site, problem
from web.page_weight import LARGEST_TEXT_BYTES, weight_of

LARGEST_PAGE_BYTES = 60 * 1024
LONG = "Las guardianas del manantial cuidan el agua de cuatrocientas familias. "


def with_body(length: int, **changes: Any) -> dict[str, Any]:
    """Return a case whose Spanish body has about this many letters."""
    tree = {**factories.case_tree(), **changes}
    tree["texts"]["es"]["body"] = LONG * (length // len(LONG))
    return tree


async def test_the_largest_text_with_all_else_that_a_page_can_hold_stays_small(site: Site) -> None:
    case = await make_case(site.services.database, with_body(LARGEST_TEXT_BYTES - 3_000))
    await case.open_sign_on()
    rows = await execute(
        site.services.database, "SELECT * FROM document_text WHERE language = 'es' ORDER BY id"
    )
    assert 0.8 * LARGEST_TEXT_BYTES < weight_of(DocumentText(**rows[0]._mapping)) <= LARGEST_TEXT_BYTES
    await answered(case, "casa-manantial")
    visit_token = await sign_link(case, "casa-manantial")
    await changed_text(case, "Hubo otra llamada. " * 150)
    await invited(case, 80)
    await execute(
        case.database,
        "INSERT INTO signature (id, invitation_id, document_id, partner_id, version_id, digest, answer,"
        " visibility, late, answered_at, wants_receipt, disowned)"
        " SELECT gen_random_uuid(), invitation.id, invitation.document_id, partner_id, version.id,"
        " version.digest, 'signed', 'public', false, now(), false, false FROM invitation"
        " JOIN partner ON partner.id = partner_id AND partner.slug LIKE 'otra-%'"
        " JOIN document_version AS version ON version.document_id = invitation.document_id"
        " WHERE version.number = 2",
    )
    async with site.client() as browser:
        page = await Visit(case, visit_token, browser).read()
    assert "Otra 060" in page.text
    assert 'id="changes"' in page.text
    assert len(page.content) + LARGEST_BYTES < LARGEST_PAGE_BYTES


async def test_a_text_that_is_too_long_to_be_signed_is_refused_by_its_language(coordinator: Caller) -> None:
    refused = problem(
        await coordinator.client.post(f"{API}/actions", json=with_body(LARGEST_TEXT_BYTES)), 422
    )
    (told,) = refused["problems"]
    assert told["field"] == "texts.es"
    assert f"at most {LARGEST_TEXT_BYTES}" in told["rule"]
    assert "manantial" not in str(refused)


async def test_where_nobody_signs_a_text_may_be_longer(coordinator: Caller) -> None:
    tree = with_body(LARGEST_TEXT_BYTES, sign_on=None)
    assert (await coordinator.client.post(f"{API}/actions", json=tree)).status_code == 201


async def test_a_new_version_is_refused_too(site: Site, coordinator: Caller) -> None:
    made = await coordinator.client.post(f"{API}/actions", json=factories.case_tree())
    tree = with_body(LARGEST_TEXT_BYTES)
    texts = {language: {**text} for language, text in tree["texts"].items()}
    path = f"{API}/actions/{made.json()['reference']}/documents/1/versions"
    refused = problem(await coordinator.client.post(path, json={"texts": texts}), 422)
    assert [one["field"] for one in refused["problems"]] == ["texts.es"]
    versions = await execute(site.services.database, "SELECT count(*) FROM document_version")
    assert versions == [(1,)]


@pytest.mark.parametrize("letters", ["ñ", "水"])
def test_weight_is_in_bytes_and_of_what_is_shown(letters: str) -> None:
    text = DocumentText(language="es", headline="", summary="", body=letters, background=None, demands=[])
    assert weight_of(text) == len(f"<p>{letters}</p>\n".encode())
