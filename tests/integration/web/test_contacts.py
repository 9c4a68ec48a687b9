"""Contacts by the API: what an import would do and does, how they are found, removed, and kept on lists."""

import json
from typing import Any

import pytest

from models.columns import now
from models.vocabulary import Role
from tests.factories import case_tree
from tests.integration.outbox_cases import execute
from tests.integration.web.site import API, Caller, Site, problem
from web import middleware

LINES = {"Content-Type": "application/x-ndjson"}
LISTS = [{"id": "redacciones", "names": {"es": "Redacciones", "en": "Newsrooms"}}]


def contact(slug: str = "ana", **changes: Any) -> dict[str, Any]:
    return {
        "id": slug,
        "name": f"Ñusta {slug}",
        "kind": "member",
        "languages": ["es", "en"],
        "tags": [],
        "lists": [],
        "basis": {"kind": "member", "on": "2026-01-02"},
        "channels": [{"channel": "email", "value": f"{slug}@amigas.example"}],
        **changes,
    }


async def take(caller: Caller, *contacts: object, head: object = None, path: str = "contacts") -> Any:
    """Import contacts, or check them, one a line."""
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in (head or {}, *contacts))
    answer = await caller.client.post(f"{API}/{path}", content=body.encode(), headers=LINES)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows(site: Site) -> list[Any]:
    tables = ("contact", "contact_address", "contact_list", "contact_event")
    return [await execute(site.services.database, f"SELECT * FROM {one} ORDER BY 1") for one in tables]


async def page(caller: Caller, **query: Any) -> list[str]:
    answer = await caller.client.get(f"{API}/contacts", params=query)
    assert answer.headers["Cache-Control"] == "no-store"
    return [one["id"] for one in answer.json()["contacts"]]


async def test_a_check_tells_every_mistake_and_what_would_change_and_changes_nothing(
    site: Site, coordinator: Caller
) -> None:
    await take(coordinator, contact(), contact("eva"), head={"lists": LISTS})
    before = await rows(site)
    checked = await take(
        coordinator, contact(tags=["radio"], channels=[{"channel": "sms", "value": "+12025550123"}]),
        contact("eva"), contact("new", lists=["redacciones"]), contact("Bad"),
        contact("off", lists=["nadie"]), contact("eva"), "{no json", path="contacts/check",
    )  # fmt: skip
    assert [(one["field"], one["rule"]) for one in checked.pop("problems")] == [
        ("contacts.3.id", "must be a short name"),
        ("contacts.4.lists.0", "is no list"),
        ("contacts.5.id", "is given twice"),
        ("contacts.6", "is not well-formed JSON"),
    ]
    assert checked == {
        "created": 1, "updated": 1, "unchanged": 1, "barred": 0, "barred_ids": [],
        "changes": [{"id": "ana", "fields": ["channels", "tags"]}],
    }  # fmt: skip
    assert await rows(site) == before


@pytest.mark.parametrize("as_lines", [True, False])
async def test_a_file_with_one_mistake_changes_nothing(
    site: Site, coordinator: Caller, *, as_lines: bool
) -> None:
    before = await rows(site)
    tree = {"lists": LISTS, "contacts": [contact(), contact("eva", lists=["canario"])]}
    lines = "\n".join(map(json.dumps, ({"lists": LISTS}, *tree["contacts"])))
    sent: dict[str, Any] = {"content": lines, "headers": LINES} if as_lines else {"json": tree}
    answer = await coordinator.client.post(f"{API}/contacts", **sent)
    assert [one["field"] for one in problem(answer, 422)["problems"]] == ["contacts.1.lists.0"]
    assert "canario" not in answer.text
    assert await rows(site) == before


async def test_the_same_again_changes_no_contact_and_what_changes_keeps_its_row(
    site: Site, coordinator: Caller
) -> None:
    counts = await take(coordinator, contact(), contact("eva"))
    assert counts == {"created": 2, "updated": 0, "unchanged": 0, "barred": 0}
    before = await rows(site)
    assert (await take(coordinator, contact(), contact("eva")))["unchanged"] == 2
    assert (await rows(site))[:3] == before[:3]
    changed = await take(coordinator, contact(languages=["en", "es"]), contact("eva"))
    assert (changed["updated"], changed["unchanged"]) == (1, 1)
    after = await rows(site)
    assert [row.id for row in after[0]] == [row.id for row in before[0]]
    assert after[1] == before[1]
    events = (await coordinator.client.get(f"{API}/lists/events")).json()["events"]
    assert [one["detail"]["created"] for one in events if one["kind"] == "imported"] == [0, 0, 2]
    assert "ana" not in json.dumps(events)


async def test_what_is_listed_is_imported_without_a_change_and_whole(coordinator: Caller) -> None:
    full = contact(
        country="MX", time_zone="America/Mexico_City", tags=["radio"], lists=["redacciones"], kind="press",
        basis={"kind": "subscribed", "on": "2026-01-02", "by": "web_form"},
        channels=[
            {"channel": "sms", "value": "+12025550123"}, {"channel": "email", "value": "ana@red.example"},
        ],
    )  # fmt: skip
    await take(coordinator, full, contact("eva"), head={"lists": LISTS})
    listed = (await coordinator.client.get(f"{API}/contacts")).json()["contacts"]
    assert listed == [full, contact("eva")]
    assert (await take(coordinator, *listed))["unchanged"] == 2


async def test_contacts_are_found_by_list_tag_country_kind_and_words_page_by_page(
    coordinator: Caller,
) -> None:
    await take(
        coordinator, contact("a", lists=["redacciones"], country="MX"), contact("b", tags=["radio"]),
        contact("c", kind="press", name="100% Radio_Uno"), contact("d"), head={"lists": LISTS},
    )  # fmt: skip
    assert await page(coordinator, list="redacciones") == ["a"]
    assert await page(coordinator, tag="radio") == ["b"]
    assert await page(coordinator, country="MX") == ["a"]
    assert await page(coordinator, kind="press") == ["c"]
    assert await page(coordinator, search="radio_u") == ["c"]
    assert await page(coordinator, search="100%") == ["c"]
    assert await page(coordinator, search="ñUSTA D") == ["d"]
    assert await page(coordinator, limit=3) == ["a", "b", "c"]
    assert await page(coordinator, limit=3, after="c") == ["d"]
    answer = await coordinator.client.get(f"{API}/contacts", params={"limit": 2})
    assert answer.json()["next_after"] == "b"


async def test_who_asked_to_be_removed_is_gone_never_written_to_and_not_written_down_anew(
    site: Site, coordinator: Caller
) -> None:
    await take(coordinator, contact(), contact("eva"))
    gone = await coordinator.client.delete(f"{API}/contacts/ana")
    assert gone.json() == {"id": "ana", "why": "asked"}
    problem(await coordinator.client.get(f"{API}/contacts/ana"), 404)
    kept = await execute(site.services.database, "SELECT reason FROM suppression")
    assert [row.reason for row in kept] == ["removed"]
    checked = await take(coordinator, contact(), contact("eva"), path="contacts/check")
    assert (checked["barred"], checked["barred_ids"]) == (1, ["ana"])
    again = await take(coordinator, contact(), contact("otra", channels=contact()["channels"]))
    assert again == {"created": 0, "updated": 0, "unchanged": 0, "barred": 2}
    assert await page(coordinator) == ["eva"]
    moved = await take(coordinator, contact("eva", channels=contact()["channels"]))
    assert moved["updated"] == 1
    suppressed = (await coordinator.client.get(f"{API}/contacts/eva")).json()["suppressed"]
    assert [(one["place"], one["reason"]) for one in suppressed] == [(0, "removed")]
    traces = await execute(site.services.database, "SELECT detail FROM contact_event WHERE kind = 'removed'")
    assert [row.detail for row in traces] == [{"why": "asked"}]


async def test_nothing_is_kept_of_one_who_stood_there_by_mistake(site: Site, coordinator: Caller) -> None:
    await take(coordinator, contact())
    assert (await coordinator.client.delete(f"{API}/contacts/ana?why=mistake")).status_code == 200
    assert await execute(site.services.database, "SELECT 1 FROM suppression") == []
    assert (await take(coordinator, contact()))["created"] == 1


async def test_a_list_is_described_anew_and_taken_away_but_not_from_a_release(coordinator: Caller) -> None:
    await take(coordinator, contact(lists=["redacciones"]), head={"lists": LISTS})
    kept = await coordinator.client.post(
        f"{API}/lists", json={"id": "redacciones", "names": {"es": "Prensa"}}
    )
    assert kept.json() == {"id": "redacciones", "names": {"es": "Prensa"}, "contacts": 1}
    tree = case_tree()
    tree["sign_on"] = None
    tree["release"]["contacts"] = {"lists": ["redacciones"]}
    reference = (await coordinator.client.post(f"{API}/actions", json=tree)).json()["reference"]
    refused = problem(await coordinator.client.delete(f"{API}/lists/redacciones"), 409)
    assert reference in refused["detail"]
    everybody = {"contacts": None}
    await coordinator.client.put(f"{API}/actions/{reference}/audience", json=everybody)
    removed = await coordinator.client.delete(f"{API}/lists/redacciones")
    assert removed.json() == {"id": "redacciones", "contacts": 1}
    problem(await coordinator.client.delete(f"{API}/lists/redacciones"), 404)
    assert (await coordinator.client.get(f"{API}/contacts/ana")).json()["contact"]["lists"] == []


@pytest.mark.parametrize("path", ["contacts", "contacts/check"])
async def test_a_body_that_is_no_file_and_one_that_is_too_large_are_problems(
    coordinator: Caller, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        for headers in (LINES, {"Content-Type": "application/json"}):
            answer = await coordinator.client.post(f"{API}/{path}", content=body, headers=headers)
            assert problem(answer, 422)["problems"]
    monkeypatch.setattr(middleware, "LARGEST_BODY_BYTES", 100)
    monkeypatch.setattr(middleware, "LARGEST_LIST_BYTES", 1000)
    lines = b"{}\n" + json.dumps(contact()).encode()
    assert 100 < len(lines) < 1000
    taken = await coordinator.client.post(f"{API}/{path}", content=lines, headers=LINES)
    assert taken.status_code == 200
    problem(await coordinator.client.post(f"{API}/{path}", json={"contacts": [contact()]}), 413)
    problem(await coordinator.client.post(f"{API}/{path}", content=lines * 5, headers=LINES), 413)
    problem(await coordinator.client.post(f"{API}/actions", content=lines, headers=LINES), 413)


async def test_thousands_are_taken_in_batches_while_others_are_served(
    site: Site, coordinator: Caller
) -> None:
    admin = await site.caller(Role.ADMIN)
    many = [contact(f"c-{number}") for number in range(1_501)]
    started = now()
    counts = await take(admin, *many)
    assert counts["created"] == 1_501
    stored = await execute(site.services.database, "SELECT count(*), min(updated_at) FROM contact")
    assert stored[0][0] == 1_501
    assert stored[0][1] >= started
    assert await page(coordinator, limit=2, after="c-998") == ["c-999"]
