"""Replacing the secret of a partner's system, and what an import makes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from models.addresses import webhook_secret
from models.vocabulary import Role
from security.sealed_places import api_secret_place, former_secret_place
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.test_partner_directory import SECRET, casa, post

URL = "https://api.nueva.example/in"
PATH = f"{API}/partners/casa-nueva/secret"
API_OF_CASA = {"url": URL, "secret": SECRET}


@pytest.fixture
async def keeper(site: Site) -> Caller:
    """An admin, and a partner with a system."""
    caller = await site.caller(Role.ADMIN)
    await post(caller, "partners", casa(api=API_OF_CASA))
    return caller


async def opened(site: Site) -> tuple[str, str | None, datetime | None]:
    """Open the secret that holds, and the one before."""
    ((newest, former, until),) = await execute(
        site.services.database,
        "SELECT sealed_api_secret, sealed_former_secret, former_secret_until FROM partner"
        " WHERE slug = 'casa-nueva'",
    )
    cipher = site.services.cipher
    return (
        cipher.open(newest, context=api_secret_place(URL)),
        cipher.open(former, context=former_secret_place(URL)) if former else None,
        until,
    )


async def replaced(keeper: Caller, **body: int) -> dict[str, Any]:
    answer = await keeper.client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told


async def test_a_new_secret_is_shown_once_and_the_one_before_holds_for_a_while(
    site: Site, keeper: Caller
) -> None:
    told = await replaced(keeper)
    assert webhook_secret(SecretStr(told["secret"]))
    newest, former, until = await opened(site)
    assert (newest, former) == (told["secret"], SECRET)
    assert until == datetime.fromisoformat(told["former_until"])
    assert timedelta(days=6, hours=23) < until - datetime.now(UTC) <= timedelta(days=7)
    shown = await keeper.client.get(f"{API}/partners/casa-nueva")
    assert "whsec_" not in shown.text
    event = shown.json()["events"][-1]
    assert (event["kind"], event["detail"]) == ("secret_replaced", {"until": until.isoformat()})
    assert datetime.fromisoformat(shown.json()["former_secret_until"]) == until


async def test_a_second_replacement_waits_for_the_first_unless_the_secret_is_known_to_others(
    site: Site, keeper: Caller
) -> None:
    first = await replaced(keeper, overlap_days=30)
    assert "end-rotation" in problem(await keeper.client.post(PATH, json={}), 409)["detail"]
    assert (await opened(site))[0] == first["secret"]
    second = await replaced(keeper, overlap_days=0)
    newest, _, until = await opened(site)
    assert newest == second["secret"] != first["secret"]
    assert second["former_until"] is None
    assert until is not None
    assert until <= datetime.now(UTC)


async def test_the_secret_before_can_be_ended_early(site: Site, keeper: Caller) -> None:
    await replaced(keeper)
    for ended in (True, False):
        answer = await keeper.client.delete(f"{PATH}/former")
        assert answer.json() == {"id": "casa-nueva", "ended": ended}
    assert ((await opened(site))[2] or datetime.max.replace(tzinfo=UTC)) <= datetime.now(UTC)
    await replaced(keeper)


@pytest.mark.parametrize("days", [-1, 31, "x"])
async def test_an_overlap_is_some_days(keeper: Caller, days: object) -> None:
    problem(await keeper.client.post(PATH, json={"overlap_days": days}), 422)


async def test_only_a_partner_with_a_system_has_a_secret(keeper: Caller) -> None:
    path = f"{API}/partners/casa-manantial/secret"
    problem(await keeper.client.post(path, json={}), 409)
    problem(await keeper.client.delete(f"{path}/former"), 409)


async def test_an_import_keeps_what_is_being_replaced_and_does_not_bring_it_back(
    site: Site, keeper: Caller
) -> None:
    told = await replaced(keeper)
    before = await opened(site)
    for api in ({"url": URL}, {"url": URL, "secret": told["secret"]}):
        await post(keeper, "partners", casa(name=f"Casa {len(api)}", api=api))
        assert await opened(site) == before
    checked = await post(keeper, "partners/check", casa(api=API_OF_CASA))
    assert [(one["field"], one["rule"]) for one in checked["problems"]] == [
        ("partners.0.api.secret", "is the secret that was replaced")
    ]
    problem(await keeper.client.post(f"{API}/partners", json={"partners": [casa(api=API_OF_CASA)]}), 422)
    assert await opened(site) == before


async def test_another_secret_of_the_partners_own_holds_alone(site: Site, keeper: Caller) -> None:
    await replaced(keeper)
    other = "whsec_" + "QUFB" * 8
    await post(keeper, "partners", casa(api={"url": URL, "secret": other}))
    assert await opened(site) == (other, None, None)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://api.nueva.example/in", "must begin with https://"),
        ("https://2130706433/in", "must name a server of the public internet"),
        ("https://[::ffff:7f00:1]/in", "must name a server of the public internet"),
        ("https://postgres:5432/in", "must name a server of the public internet"),
        ("https://api.nueva.example:5432/in", "must have one of these ports: 443"),
    ],
)
async def test_a_system_that_can_only_be_within_our_network_is_refused(
    keeper: Caller, url: str, rule: str
) -> None:
    checked = await post(keeper, "partners/check", casa(api={"url": url, "secret": SECRET}))
    assert [(one["field"], one["rule"]) for one in checked["problems"]] == [("partners.0.api.url", rule)]
