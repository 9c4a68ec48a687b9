"""Partners by the API: what an import would do and does, what is exported, and how each stands."""

from copy import deepcopy
from typing import Any

import pytest

from models.vocabulary import Role
from models.yaml_tree import read_yaml
from tests.factories import EXAMPLES, case_tree
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem

SECRET = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCBkZW1vIG9ubHkgMDE="
CASA: dict[str, Any] = {
    "id": "casa-nueva",
    "name": "Casa Nueva",
    "kind": "collective",
    "country": "MX",
    "languages": ["es"],
    "groups": ["women"],
    "contacts": [{"name": "Ana", "email": "ana@nueva.example", "language": "es"}],
}


def casa(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(CASA), **changes}


async def post(caller: Caller, path: str, *entries: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.client.post(f"{API}/{path}", json={"partners": list(entries)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def whole(caller: Caller, slug: str = "casa-nueva") -> dict[str, Any]:
    told: dict[str, Any] = (await caller.client.get(f"{API}/partners/{slug}")).json()
    return told


async def rows(site: Site) -> list[Any]:
    tables = ("partner", "partner_contact", "partner_event")
    return [await execute(site.services.database, f"SELECT * FROM {one} ORDER BY id") for one in tables]


async def test_a_check_tells_every_mistake_and_what_would_change_and_changes_nothing(
    site: Site, coordinator: Caller
) -> None:
    await post(coordinator, "partners", casa(), casa(id="casa-dos"))
    before = await rows(site)
    checked = await post(
        coordinator, "partners/check",
        casa(name="Otra", groups=[]), casa(id="casa-dos"), casa(id="tres"), casa(id="Cuatro"),
        casa(id="cinco", members=["nadie", "seis", "tres"]), casa(id="seis", country="XX"),
    )  # fmt: skip
    assert [(one["field"], one["rule"]) for one in checked["problems"]] == [
        ("partners.3.id", "must be a short name"),
        ("partners.5.country", "must be an ISO 3166-1 country code"),
        ("partners.4.members.0", "is no partner of the file or the directory"),
    ]
    assert checked["updated"] == [{"id": "casa-nueva", "fields": ["name", "groups"]}]
    assert checked["unchanged"] == ["casa-dos"]
    assert checked["created"] == ["tres", "cinco"]
    assert await rows(site) == before


async def test_a_file_with_one_mistake_changes_nothing(site: Site, coordinator: Caller) -> None:
    before = await rows(site)
    answer = await coordinator.client.post(
        f"{API}/partners", json={"partners": [casa(), casa(id="otra", members=["nadie"])]}
    )
    told = problem(answer, 422)["problems"]
    assert [one["field"] for one in told] == ["partners.1.members.0"]
    assert "nadie" not in answer.text
    assert await rows(site) == before


async def test_the_same_file_again_changes_nothing_and_leaves_no_trace(
    site: Site, coordinator: Caller
) -> None:
    first = await post(
        coordinator, "partners", casa(api={"url": "https://nueva.example/in", "secret": SECRET})
    )
    before = await rows(site)
    again = await post(
        coordinator, "partners", casa(api={"url": "https://nueva.example/in", "secret": SECRET})
    )
    assert (first, again) == (
        {"created": 1, "updated": 0, "unchanged": 0},
        {"created": 0, "updated": 0, "unchanged": 1},
    )
    assert await rows(site) == before


async def test_what_is_exported_is_imported_without_a_change_and_holds_no_secret(
    site: Site, coordinator: Caller
) -> None:
    mandate = {"follows": "casa-manantial", "given_on": "2026-01-02", "given_by": "Asamblea"}
    contact = {**CASA["contacts"][0], "phone": "+12025550123", "asked_by": "email"}
    full = casa(
        contacts=[contact], members=["red-del-volcan"], member_count=9, mandate=mandate, status="paused",
        website="https://nueva.example", time_zone="America/Mexico_City",
        registered_address="oficina@nueva.example", api={"url": "https://nueva.example/in", "secret": SECRET},
    )  # fmt: skip
    await post(coordinator, "partners", full)
    sealed = await execute(
        site.services.database, "SELECT slug, sealed_api_secret FROM partner ORDER BY slug"
    )
    answer = await coordinator.client.get(f"{API}/partners")
    assert "whsec_" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    exported = [entry for entry in answer.json()["partners"] if "http://" not in str(entry)]
    assert next(one for one in exported if one["id"] == "casa-nueva") == {
        **full, "api": {"url": "https://nueva.example/in"}
    }  # fmt: skip
    assert await post(coordinator, "partners", *exported) == {
        "created": 0, "updated": 0, "unchanged": len(exported),
    }  # fmt: skip
    kept = await execute(site.services.database, "SELECT slug, sealed_api_secret FROM partner ORDER BY slug")
    assert kept == sealed


async def test_another_secret_or_address_is_a_change_and_a_known_secret_stays(
    site: Site, coordinator: Caller
) -> None:
    api = {"url": "https://nueva.example/in", "secret": SECRET}
    await post(coordinator, "partners", casa(api=api))
    other = "whsec_" + "QUFB" * 8
    checked = await post(coordinator, "partners/check", casa(api={**api, "secret": other}))
    assert checked["updated"] == [{"id": "casa-nueva", "fields": ["api"]}]
    moved = await post(coordinator, "partners/check", casa(api={"url": "https://nueva.example/otro"}))
    assert [one["field"] for one in moved["problems"]] == ["partners.0.api.secret"]
    await post(coordinator, "partners", casa(name="Casa Otra", api={"url": api["url"]}))
    found = await execute(
        site.services.database, "SELECT sealed_api_secret FROM partner WHERE slug = 'casa-nueva'"
    )
    opened = site.services.cipher.open(found[0][0], context=f"partner_api_secret:{api['url']}")
    assert opened == SECRET


async def test_a_status_is_set_by_hand_and_stays_through_imports(coordinator: Caller) -> None:
    await post(coordinator, "partners", casa())
    path = f"{API}/partners/casa-nueva/status"
    for changed in (True, False):
        answer = await coordinator.client.post(path, json={"status": "paused"})
        assert answer.json() == {"id": "casa-nueva", "status": "paused", "changed": changed}
    await post(coordinator, "partners", casa(name="Casa Otra"))
    told = await whole(coordinator)
    assert told["partner"]["status"] == "paused"
    assert [(one["kind"], one["detail"]) for one in told["events"]] == [
        ("created", {}),
        ("status_changed", {"before": "active", "after": "paused"}),
        ("updated", {"fields": ["name"]}),
    ]
    assert {one["person"] for one in told["events"]} != {None}
    refused = problem(await coordinator.client.post(path, json={"status": "compromised"}), 422)
    assert refused["problems"][0]["field"] == "status"


async def test_a_compromised_partner_is_not_set_free_by_a_file(site: Site, coordinator: Caller) -> None:
    await post(coordinator, "partners", casa())
    await execute(site.services.database, "UPDATE partner SET status = 'compromised'")
    checked = await post(coordinator, "partners/check", casa(status="active"))
    assert [one["field"] for one in checked["problems"]] == ["partners.0.status"]
    await post(coordinator, "partners", casa(name="Otra"))
    assert (await whole(coordinator))["partner"]["status"] == "compromised"


@pytest.mark.parametrize("path", ["nobody", "nobody/logo", "%00"])
async def test_an_unknown_partner_is_told_with_a_remedy(coordinator: Caller, path: str) -> None:
    told = problem(await coordinator.client.get(f"{API}/partners/{path}"), 404)
    assert "partners list" in told["detail"]


async def test_a_case_among_partners_whom_nobody_knows_is_refused_by_name_of_the_field(
    coordinator: Caller,
) -> None:
    tree = case_tree()
    for chosen, field in (
        ({"groups": ["women", "wmen"]}, "sign_on.partners.groups.1"),
        ({"ids": ["casa-manantial", "nobody"]}, "sign_on.partners.ids.1"),
    ):
        tree["sign_on"]["partners"] = chosen
        answer = await coordinator.client.post(f"{API}/actions", json=tree)
        (told,) = problem(answer, 422)["problems"]
        assert told["field"] == field
        assert "partners list" in told["remedy"]
        assert "wmen" not in answer.text


async def test_a_repeated_intake_is_answered_although_its_partners_are_called_otherwise_by_now(
    site: Site, coordinator: Caller
) -> None:
    headers = {"Idempotency-Key": "case-7"}
    first = await coordinator.client.post(f"{API}/actions", json=case_tree(), headers=headers)
    assert first.status_code == 201
    await execute(site.services.database, "UPDATE partner SET groups = '{}'")
    again = await coordinator.client.post(f"{API}/actions", json=case_tree(), headers=headers)
    assert again.json()["reference"] == first.json()["reference"]


async def test_the_example_file_in_yaml_is_what_the_site_knows_already(site: Site) -> None:
    admin = await site.caller(Role.ADMIN)
    tree = read_yaml((EXAMPLES / "partners.yaml").read_text())
    assert isinstance(tree, dict)
    async with admin.client:
        secure = [one for one in tree["partners"] if "api" not in one]
        assert (await post(admin, "partners/check", *secure))["unchanged"] == [one["id"] for one in secure]
