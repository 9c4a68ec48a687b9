"""The public list of signatories: who stands on it, when it is shown, and what it does not tell."""

import io
from hashlib import sha256

import pytest
from PIL import Image

from models.lifecycle import Decision
from models.partner_records import PartnerLogo
from models.vocabulary import Answer, SignatureVisibility
from storage.answers import GivenAnswer
from tests.integration.outbox_cases import Case, changed_text, execute, make_case
from tests.integration.sign_links import answered
from tests.integration.web.public_lists import names, path, released, signed
from tests.integration.web.sign_visits import without_nonce
from tests.integration.web.site import PROBLEM_JSON, PUBLIC_URL, Site
from tests.integration.web.snapshots import contents_of

WITHHELD = SignatureVisibility.WITHHELD
TAKEN_BACK = GivenAnswer(Answer.WITHDRAWN, SignatureVisibility.PUBLIC, "Xiomara Imaginaria", "Vocera")
MANANTIAL, CEIBAS, VOLCAN = (
    "Casa de las Mujeres El Manantial",
    "Colectiva Las Ceibas",
    "Red de Defensoras del Volcán",
)


async def keep_logo(site: Site, slug: str, size: int = 8) -> bytes:
    """Give a partner a logo and return its picture."""
    written = io.BytesIO()
    Image.new("RGB", (size, size), (20, 90, 60)).save(written, "PNG")
    png = written.getvalue()
    ((partner_id,),) = await execute(site.services.database, f"SELECT id FROM partner WHERE slug = '{slug}'")
    async with site.services.database.transaction() as session:
        session.add(
            PartnerLogo(partner_id=partner_id, png=png, width=size, height=size, sha256=sha256(png).digest())
        )
    return png


async def test_those_who_signed_in_public_are_listed_by_country_and_name(site: Site, case: Case) -> None:
    for slug in ("red-del-volcan", "casa-manantial", "colectiva-las-ceibas"):
        await signed(case, slug)
    await signed(case, "tejedoras-del-maiz", WITHHELD)
    await execute(
        case.database, "UPDATE partner SET website = 'https://ceibas.example/' WHERE country = 'HN'"
    )
    await released(case)
    before = await contents_of(case.database)
    async with site.client() as browser:
        page, told = await browser.get(path(case)), await browser.get(path(case, ".json"))
        assert (await browser.head(path(case))).status_code == 200
    assert told.json() == {
        "index": f"{case.document.reference}/1",
        "signatories": [
            {"name": CEIBAS, "country": "HN", "website": "https://ceibas.example/", "logo": None},
            {"name": MANANTIAL, "country": "MX", "website": None, "logo": None},
            {"name": VOLCAN, "country": "SV", "website": None, "logo": None},
        ],
        "organisations": 3,
        "unnamed_at_least": 0,
    }
    places = [page.text.index(name) for name in (CEIBAS, MANANTIAL, VOLCAN)]
    assert places == sorted(places)
    assert 'href="https://ceibas.example/" target="_blank" rel="noopener noreferrer nofollow"' in page.text
    for text in (page.text, told.text):
        assert "Tejedoras" not in text
        assert "Xiomara" not in text
        assert case.action.title not in text
    assert await contents_of(case.database) == before


async def test_other_sites_may_frame_the_page_and_read_the_list_and_keep_both_for_a_minute(
    site: Site, case: Case
) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    async with site.client() as browser:
        page, told = await browser.get(path(case)), await browser.get(path(case, ".json"))
        again = await browser.get(path(case, ".json"), headers={"If-None-Match": told.headers["ETag"]})
        await answered(case, "casa-manantial", TAKEN_BACK)
        changed = await browser.get(path(case, ".json"), headers={"If-None-Match": told.headers["ETag"]})
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in page.headers
    assert told.headers["X-Frame-Options"] == "DENY"
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    for answer in (page, told, again):
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Set-Cookie" not in answer.headers
    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.json()["signatories"] == []


async def test_who_takes_a_signature_back_or_withholds_it_is_no_longer_listed(site: Site, case: Case) -> None:
    for slug in ("casa-manantial", "colectiva-las-ceibas", "red-del-volcan"):
        await signed(case, slug)
    await released(case)
    await answered(case, "casa-manantial", TAKEN_BACK)
    await signed(case, "red-del-volcan", WITHHELD)
    async with site.client() as browser:
        assert await names(browser, case) == [CEIBAS]
        await signed(case, "casa-manantial")
        assert await names(browser, case) == [CEIBAS, MANANTIAL]


async def test_nothing_is_shown_before_the_first_message_left_and_of_what_does_not_exist(
    site: Site, case: Case
) -> None:
    await signed(case, "casa-manantial")
    await case.batch()
    other = await make_case(site.services.database)
    wrong = ("/public/UA-2026-999/1/signatories", f"{path(case)[:-13]}2/signatories", path(other))
    odd = ("/public/%00/1/signatories", "/public/x/²/signatories", f"/public/x/{'9' * 40}/signatories")
    async with site.client() as browser:
        pages = {without_nonce(await browser.get(one)) for one in (path(case), *wrong, *odd)}
        told = [await browser.get(f"{one}.json") for one in (path(case), *wrong, *odd)]
    assert len(pages) == 1
    assert next(iter(pages))[0] == 404
    assert {(one.status_code, one.text) for one in told} == {(404, told[0].text)}
    assert {one.headers["Content-Type"] for one in told} == {PROBLEM_JSON}
    assert {one.headers["Cache-Control"] for one in told} == {"no-store"}


@pytest.mark.parametrize("number", ["0", "9", "x", "\u00b2", "9" * 5_000])
async def test_a_number_that_is_no_document_looks_like_a_list_that_is_not_there(
    site: Site, case: Case, number: str
) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    async with site.client() as browser:
        unknown = await browser.get("/public/UA-2026-999/1/signatories")
        odd = await browser.get(f"/public/{case.document.reference}/{number}/signatories")
        first = await browser.get(path(case), params={"page": number})
    assert without_nonce(odd) == without_nonce(unknown)
    assert first.status_code == 200


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.STOP, Decision.WITHDRAW])
async def test_a_hold_a_stop_and_a_withdrawal_take_the_list_and_its_logos_away(
    site: Site, case: Case, decision: Decision
) -> None:
    await signed(case, "casa-manantial")
    png = await keep_logo(site, "casa-manantial")
    await released(case)
    logo = f"/public/logos/{sha256(png).hexdigest()}.png"
    async with site.client() as browser:
        assert (await browser.get(path(case))).status_code == 200
        assert (await browser.get(logo)).status_code == 200
        await case.decide(decision)
        unknown = await browser.get("/public/UA-2026-999/1/signatories")
        assert without_nonce(await browser.get(path(case))) == without_nonce(unknown)
        assert (await browser.get(path(case, ".json"))).status_code == 404
        assert (await browser.get(logo)).status_code == 404
        if decision is Decision.HOLD:
            await case.decide(Decision.RESUME)
            assert await names(browser, case) == [MANANTIAL]


async def test_what_was_reopened_shows_nothing_until_it_is_released_again(site: Site, case: Case) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    await execute(case.database, "UPDATE urgent_action SET reopened_at = now()")
    async with site.client() as browser:
        assert (await browser.get(path(case, ".json"))).status_code == 404


async def test_logos_come_from_us_for_good_and_only_those_of_the_listed(site: Site, case: Case) -> None:
    listed, unlisted = await keep_logo(site, "casa-manantial"), await keep_logo(site, "red-del-volcan", 9)
    await signed(case, "casa-manantial")
    await signed(case, "red-del-volcan", WITHHELD)
    await released(case)
    digest = sha256(listed).hexdigest()
    async with site.client() as browser:
        page, told = await browser.get(path(case)), await browser.get(path(case, ".json"))
        picture = await browser.get(f"/public/logos/{digest}.png")
        others = (sha256(unlisted).hexdigest(), digest.upper(), digest[:-2], "x", "%00")
        refused = [await browser.get(f"/public/logos/{name}.png") for name in others]
    assert f'<img src="../../logos/{digest}.png" alt="" loading="lazy">' in page.text
    assert "; img-src 'self'; " in page.headers["Content-Security-Policy"]
    assert told.json()["signatories"][0]["logo"] == f"{PUBLIC_URL}/public/logos/{digest}.png"
    assert (picture.content, picture.headers["Content-Type"]) == (listed, "image/png")
    assert picture.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert {answer.status_code for answer in refused} == {404}


async def test_the_unnamed_are_told_of_in_fives_and_only_where_nobody_can_be_guessed(
    site: Site, case: Case
) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    invited = (
        "SELECT slug FROM invitation JOIN partner ON partner.id = partner_id WHERE slug <> 'casa-manantial'"
    )
    others = [row.slug for row in await execute(case.database, invited)]
    assert len(others) >= 5
    async with site.client() as browser:
        for slug in others:
            await signed(case, slug, WITHHELD)
            told = (await browser.get(path(case, ".json"))).json()
            assert told["unnamed_at_least"] == 0
        await add_invited(case, 20)
        told = (await browser.get(path(case, ".json"))).json()
        page = await browser.get(path(case), params={"lang": "en"})
    assert told["unnamed_at_least"] == 5
    assert "At least 5 organisations more sign without being named." in page.text


async def test_members_of_collectives_are_counted_once_and_what_was_taken_back_stays_so(
    site: Site, case: Case
) -> None:
    await execute(
        case.database,
        "UPDATE partner SET member_count = 10, members = ARRAY(SELECT id FROM partner"
        " WHERE slug = ANY(:known)) WHERE slug = 'red-del-volcan'",
        known=["casa-manantial", "colectiva-las-ceibas"],
    )
    await signed(case, "red-del-volcan")
    await signed(case, "casa-manantial")
    await signed(case, "colectiva-las-ceibas", WITHHELD)
    await released(case)
    async with site.client() as browser:
        told = (await browser.get(path(case, ".json"))).json()
        page = await browser.get(path(case), params={"lang": "en"})
        assert (len(told["signatories"]), told["organisations"], told["unnamed_at_least"]) == (2, 11, 0)
        assert "With the members of collectives: 11 organisations" in page.text
        await answered(case, "casa-manantial", TAKEN_BACK)
        await changed_text(case)
        await signed(case, "casa-manantial")
        assert MANANTIAL not in await names(browser, case), "she signs the new text, which is not out"


async def add_invited(case: Case, number: int) -> None:
    """Invite more partners, who do not answer."""
    await execute(
        case.database,
        """
        WITH added AS (
            INSERT INTO partner (id, slug, name, kind, country, languages, groups, registered_address,
                                 registered_fingerprint, members, status, updated_at)
            SELECT gen_random_uuid(), 'otra-' || n, 'Otra ' || lpad(n::text, 3, '0'), kind, 'UY', languages,
                   groups, registered_address, registered_fingerprint, members, status, now()
            FROM partner, generate_series(1, :number) AS n WHERE slug = 'casa-manantial' RETURNING id)
        INSERT INTO invitation (id, document_id, version_id, partner_id, contact_id, invited_at)
        SELECT gen_random_uuid(), document_id, version_id, added.id, contact_id, now()
        FROM added, (SELECT * FROM invitation ORDER BY id LIMIT 1) AS known
        """,
        number=number,
    )


async def test_a_long_list_has_pages_of_less_than_sixty_kilobytes(site: Site, case: Case) -> None:
    await signed(case, "casa-manantial")
    await released(case)
    await add_invited(case, 250)
    await execute(
        case.database,
        """
        INSERT INTO signature (id, invitation_id, document_id, partner_id, version_id, digest, answer,
                               visibility, late, answered_at, wants_receipt, disowned)
        SELECT gen_random_uuid(), invitation.id, invitation.document_id, invitation.partner_id,
               known.version_id, known.digest, 'signed', 'public', false, now(), false, false
        FROM invitation JOIN partner ON partner.id = invitation.partner_id,
             (SELECT * FROM signature LIMIT 1) AS known
        WHERE partner.country = 'UY'
        """,
    )
    async with site.client() as browser:
        assert len(await names(browser, case)) == 251
        pages = [await browser.get(path(case), params={"page": page}) for page in ("1", "2", "3", "9", "x")]
    shown = [page.text.count("<li><p>") + page.text.count("<li>\n<p>") for page in pages]
    assert shown == [100, 100, 51, 51, 100]
    assert "251 organizaciones" in pages[0].text
    assert 'href="?lang=es&amp;page=2"' in pages[0].text
    assert 'href="?page=2&amp;lang=fr"' in pages[1].text
    assert max(len(page.content) for page in pages) < 60_000


async def test_the_script_asks_our_own_address_and_puts_in_text_alone(site: Site) -> None:
    async with site.client() as browser:
        script = await browser.get("/public/signatories.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "innerHTML" not in script.text
    assert "http" not in script.text.replace("noopener", "")
