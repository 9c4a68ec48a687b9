"""Partners' logos by the API."""

import io
from hashlib import sha256

from PIL import Image

from models.vocabulary import Role
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem

PATH = f"{API}/partners/casa-manantial/logo"


def logo(size: tuple[int, int] = (640, 320)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (20, 90, 60)).save(written, "JPEG")
    return written.getvalue()


async def test_a_logo_is_kept_anew_and_shown_to_whoever_has_a_key(site: Site, coordinator: Caller) -> None:
    assert problem(await coordinator.client.get(PATH), 404)["title"] == "This partner has no logo."
    for size, kept in (((640, 320), (320, 160)), ((100, 100), (100, 100))):
        told = (await coordinator.client.put(PATH, content=logo(size))).json()
        assert (told["width"], told["height"]) == kept
    verifier = await site.caller(Role.VERIFIER)
    async with verifier.client:
        shown = await verifier.client.get(PATH)
    assert shown.headers["Content-Type"] == "image/png"
    assert told["sha256"] == sha256(shown.content).hexdigest() == shown.headers["ETag"].strip('"')
    whole = (await coordinator.client.get(f"{API}/partners/casa-manantial")).json()
    assert whole["logo"] == told
    assert [event["kind"] for event in whole["events"]] == ["logo_changed", "logo_changed"]


async def test_what_is_no_logo_is_refused_and_the_one_before_stays(site: Site, coordinator: Caller) -> None:
    await coordinator.client.put(PATH, content=logo())
    before = await execute(site.services.database, "SELECT sha256 FROM partner_logo")
    for data, rule in ((b"<svg/>", "must be a picture"), (bytes(1024 * 1024 + 1), "must have at most 1 MB")):
        told = problem(await coordinator.client.put(PATH, content=data), 422)
        assert told["problems"][0] | {"remedy": ""} == {"field": "logo", "rule": rule, "remedy": ""}
    assert before == await execute(site.services.database, "SELECT sha256 FROM partner_logo")


async def test_a_partner_that_nobody_knows_gets_no_logo(coordinator: Caller) -> None:
    problem(await coordinator.client.put(f"{API}/partners/nobody/logo", content=logo()), 404)
