"""A contact asks somebody in her organisation to confirm its signature."""

import pytest

from models.lifecycle import Decision
from models.messages import Purpose
from tests.integration.outbox_cases import Case, execute
from tests.integration.proposals import wanted, wanted_purposes
from tests.integration.sign_links import sign_link
from tests.integration.web.approver_visits import ASKS, SideVisit, beside
from tests.integration.web.sign_visits import ELSEWHERE, Visit, assert_is_kept_by_nobody, without_nonce
from tests.integration.web.site import Site
from tests.integration.web.snapshots import contents_of, count_of


@pytest.fixture
async def asking(visit: Visit) -> SideVisit:
    """The page on which she asks."""
    return await beside(visit, "approver")


async def test_the_page_of_an_invitation_leads_to_it_and_back(visit: Visit, asking: SideVisit) -> None:
    assert f'href="{asking.path}"' in (await visit.read()).text
    page = await asking.read()
    assert_is_kept_by_nobody(page)
    assert f'href="{await visit.path()}"' in page.text
    assert len(page.content) < 60_000


async def test_who_is_asked_is_shown_and_nothing_is_signed(site: Site, asking: SideVisit) -> None:
    page = await asking.post(ASKS)
    assert page.status_code == 200
    assert "Zoraida Inventada" in page.text
    assert "Tiene un enlace propio y todavía no responde." in page.text
    rows = await execute(site.services.database, "SELECT * FROM proposal")
    assert [(row.state, row.approver_email, row.approver_language) for row in rows] == [
        ("open", "zoraida@manantial.example", "en")
    ]
    assert await count_of(site.services.database, "signature") == 0


async def test_a_request_waits_for_the_approver_and_its_event_names_nobody(
    site: Site, case: Case, asking: SideVisit
) -> None:
    await asking.post(ASKS)
    assert await wanted_purposes(case) == [(Purpose.APPROVAL_REQUEST, 1)]
    events = await execute(
        site.services.database, "SELECT detail FROM audit_event WHERE kind = 'signature_proposed'"
    )
    assert [set(event.detail) for event in events] == [{"proposal_id", "invitation_id"}]
    nudges = await execute(
        site.services.database, "SELECT addressee FROM pending_nudge WHERE requested > delivered"
    )
    assert ("action",) in nudges


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("proposer_name", " ", "Escriba su nombre."),
        ("proposer_name", "x" * 201, "Escriba su nombre en una línea"),
        ("proposer_role", None, "Escriba su cargo en la organización."),
        ("approver_name", "a\u202eb", "Escriba el nombre en una sola línea"),
        ("proposer_name", "Gana en premio.example", "sin direcciones web ni de correo"),
        ("approver_name", "Ana https://premio", "sin direcciones web ni de correo"),
        ("approver_email", "zoraida", "Escriba una dirección de correo"),
        ("approver_email", "zoraida@manantial.example\r\nBcc: a@b.example", "Escriba una dirección"),
        ("approver_email", "amparo@manantial.example", "A esta dirección ya le escribimos"),
        ("approver_language", "xx", "Elija un idioma."),
        ("visibility", "both", "Elija si se publica el nombre de su organización."),
    ],
)
async def test_a_mistake_is_said_by_its_field_and_what_was_typed_is_kept(
    site: Site, asking: SideVisit, field: str, typed: str | None, said: str
) -> None:
    page = await asking.post({**ASKS, field: typed})
    assert page.status_code == 422
    assert said in page.text
    kept = {name: value for name, value in ASKS.items() if name not in {field, "step", "visibility"}}
    assert all(f'value="{value}"' in page.text for value in kept.values())
    assert await count_of(site.services.database, "proposal") == 0


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_another_site_can_ask_nobody(site: Site, asking: SideVisit, headers: dict[str, str]) -> None:
    assert (await asking.post(ASKS, headers)).status_code == 422
    assert await count_of(site.services.database, "proposal") == 0


async def test_a_form_without_its_token_or_with_that_of_another_page_asks_nobody(
    site: Site, visit: Visit, asking: SideVisit
) -> None:
    for token in (None, "", "x", (await visit.fields())["form_token"]):
        assert (await asking.post({**ASKS, "form_token": token})).status_code == 422
    assert await count_of(site.services.database, "proposal") == 0


async def test_a_form_that_is_posted_twice_asks_once(site: Site, asking: SideVisit) -> None:
    await asking.post(ASKS)
    await asking.post({**ASKS, "approver_email": "otra@manantial.example"})
    assert await count_of(site.services.database, "proposal") == 1


async def test_it_can_be_taken_back_and_somebody_else_be_asked_three_in_all(
    site: Site, case: Case, asking: SideVisit
) -> None:
    for number in range(3):
        await asking.post({**ASKS, "approver_email": f"zoraida{number}@manantial.example"})
        page = await asking.post({"step": "take_back", "ended_by": "Amparo"})
        assert "Ya no se le pide." in page.text
    assert "Ya no se le puede pedir a nadie más." in page.text
    await asking.post({**ASKS, "approver_email": "cuarta@manantial.example"})
    assert await count_of(site.services.database, "proposal") == 3
    assert await wanted(case) == ()


async def test_taking_back_takes_a_typed_name_and_its_token(site: Site, asking: SideVisit) -> None:
    await asking.post(ASKS)
    for changes in {"form_token": "x", "ended_by": "Amparo"}, {}, {"ended_by": " "}:
        assert (await asking.post({"step": "take_back", **changes})).status_code == 422
    assert await execute(site.services.database, "SELECT state FROM proposal") == [("open",)]


async def test_nobody_is_asked_once_the_partner_has_signed_or_while_the_action_is_on_hold(
    site: Site, visit: Visit, asking: SideVisit
) -> None:
    before = await asking.read()
    assert (await visit.answer()).status_code == 200
    assert "no está abierto" in (await asking.read()).text
    neighbour = Visit(visit.case, await sign_link(visit.case, "red-del-volcan"), visit.browser)
    theirs = await beside(neighbour, "approver")
    await visit.case.decide(Decision.HOLD)
    for page in (asking, theirs):
        assert "no está abierto" in (await page.post(ASKS)).text
    assert before.status_code == 200
    assert await count_of(site.services.database, "proposal") == 0


async def test_her_own_answer_ends_what_she_proposed(site: Site, visit: Visit, asking: SideVisit) -> None:
    await asking.post(ASKS)
    assert (await visit.answer()).status_code == 200
    assert await execute(site.services.database, "SELECT state FROM proposal") == [("overtaken",)]


async def test_what_became_of_it_is_shown_once_nobody_can_be_asked(visit: Visit, asking: SideVisit) -> None:
    await asking.post(ASKS)
    await visit.answer()
    page = await asking.read()
    assert "Zoraida Inventada" in page.text
    assert "respondió" in page.text
    assert 'id="answer"' not in page.text


async def test_without_the_link_the_page_cannot_be_told_from_one_that_never_was(
    site: Site, asking: SideVisit
) -> None:
    before = await contents_of(site.services.database)
    unknown = "/sign/00000000-0000-0000-0000-000000000000/approver"
    async with site.client() as stranger:
        pages = {without_nonce(await stranger.get(path)) for path in (asking.path, unknown)}
        pages |= {without_nonce(await stranger.post(path, data=ASKS)) for path in (asking.path, unknown)}
    assert len(pages) == 1
    assert next(iter(pages))[0] == 404
    assert await contents_of(site.services.database) == before
