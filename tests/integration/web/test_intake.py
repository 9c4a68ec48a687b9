"""Handing a case in: never lost, never doubled, never half done."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.vocabulary import Role
from tests.factories import case_tree
from tests.integration.web.site import API, Caller, Site, problem
from tests.integration.web.snapshots import contents_of, count_of

CASES = f"{API}/actions"
CANARY = "Zopilotillo-Kanarienvogel"


async def test_a_case_is_stored_and_answered_with_its_reference_while_temporal_is_away(
    site: Site, coordinator: Caller
) -> None:
    answer = await coordinator.client.post(CASES, json=case_tree())
    assert answer.status_code == 201
    action = answer.json()
    assert answer.headers["Location"] == f"{CASES}/{action['reference']}"
    assert action["phase"] == "received"
    assert (await coordinator.client.get(answer.headers["Location"])).json() == action
    assert await count_of(site.services.database, "pending_nudge") == 1


async def test_ten_mistakes_are_named_at_once_and_nothing_is_stored(site: Site, coordinator: Caller) -> None:
    tree = case_tree()
    tree["title"] = ""
    tree["urgency"] = "yesterday"
    tree["concerns"] = ["bad_weather"]
    tree["event"]["country"] = "Mexico"
    tree["event"]["occurred_on"] = "tomorrow"
    tree["people_at_risk"][0]["visibility"] = "hidden"
    tree["sources"][0]["received_on"] = "2999-01-01"
    tree["sign_on"]["quorum"] = 0
    tree["follow_up"]["check_ins"] = ["soon"]
    tree["colour"] = CANARY
    before = await contents_of(site.services.database)
    answer = await coordinator.client.post(CASES, json=tree, headers={"Idempotency-Key": "a"})
    problems = problem(answer, 422)["problems"]
    assert {one["field"] for one in problems} >= {
        "title",
        "urgency",
        "concerns.0",
        "event.country",
        "event.occurred_on",
        "people_at_risk.0.visibility",
        "sources.0.received_on",
        "sign_on.quorum",
        "follow_up.check_ins.0",
        "colour",
    }
    assert all(one["rule"] and one["remedy"] for one in problems)
    assert CANARY not in answer.text
    assert await contents_of(site.services.database) == before


async def test_a_repeated_key_answers_the_same_action(site: Site, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "first try"}
    first = await coordinator.client.post(CASES, json=case_tree(), headers=headers)
    again = await coordinator.client.post(CASES, json=case_tree(), headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["reference"] == first.json()["reference"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert await count_of(site.services.database, "urgent_action") == 1


async def test_ten_at_once_with_one_key_make_one_action(site: Site, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "all at once"}
    answers = await asyncio.gather(
        *(coordinator.client.post(CASES, json=case_tree(), headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 9
    assert await count_of(site.services.database, "urgent_action") == 1


async def test_ten_at_once_without_a_key_make_ten_actions(coordinator: Caller) -> None:
    answers = await asyncio.gather(*(coordinator.client.post(CASES, json=case_tree()) for _ in range(10)))
    assert len({answer.json()["reference"] for answer in answers}) == 10


async def test_a_key_of_another_case_is_refused(site: Site, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "one"}
    await coordinator.client.post(CASES, json=case_tree(), headers=headers)
    other = {**case_tree(), "title": f"Otro caso {CANARY}"}
    refused = await coordinator.client.post(CASES, json=other, headers=headers)
    assert "Idempotency-Key" in problem(refused, 409)["title"]
    assert CANARY not in refused.text
    assert await count_of(site.services.database, "urgent_action") == 1


async def test_keys_of_two_people_do_not_meet(site: Site, coordinator: Caller) -> None:
    headers = {"Idempotency-Key": "same words"}
    first = await coordinator.client.post(CASES, json=case_tree(), headers=headers)
    async with (await site.caller(Role.COORDINATOR)).client as colleague:
        second = await colleague.post(CASES, json=case_tree(), headers=headers)
    assert first.json()["reference"] != second.json()["reference"]


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_an_unusable_key_is_refused(site: Site, coordinator: Caller, key: str) -> None:
    answer = await coordinator.client.post(CASES, json=case_tree(), headers={"Idempotency-Key": key})
    assert problem(answer, 422)["problems"][0]["field"] == "header.idempotency-key"
    assert await count_of(site.services.database, "urgent_action") == 0


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("title",), True, "title"),
        (("title",), 20261028, "title"),
        (("title",), ["a list"], "title"),
        (("title",), "Amenazas\0", "title"),
        (("title",), "Amenazas\ud800", "title"),
        (("event", "occurred_on"), 20261028, "event.occurred_on"),
        (("event", "country"), False, "event.country"),
        (("sign_on", "quorum"), "4", "sign_on.quorum"),
        (("sign_on", "quorum"), 4.5, "sign_on.quorum"),
        (("sign_on", "quorum"), 10**40, "sign_on.quorum"),
        (("sign_on", "closes_after"), 30, "sign_on.closes_after"),
        (("people_at_risk",), {"kind": "person"}, "people_at_risk"),
        (("languages",), "es", "languages"),
        (("event",), None, "event"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_named(
    site: Site, coordinator: Caller, path: tuple[str, ...], value: object, field: str
) -> None:
    tree = case_tree()
    place: dict[str, Any] = tree
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    answer = await coordinator.client.post(
        CASES, content=json.dumps(tree), headers={"Content-Type": "application/json"}
    )
    assert field in {one["field"] for one in problem(answer, 422)["problems"]}
    assert await count_of(site.services.database, "urgent_action") == 0


BAD_BODIES = {
    "nothing": b"",
    "not JSON": f"title: {CANARY}".encode(),
    "half of it": b'{"title": "' + CANARY.encode(),
    "not UTF-8": b'{"title": "\xff\xfe' + CANARY.encode() + b'"}',
    "a text": f'"{CANARY}"'.encode(),
    "a list": f'["{CANARY}"]'.encode(),
    "null": b"null",
    "no number": b'{"title": NaN}',
    "a huge number": b'{"sign_on": {"quorum": ' + b"9" * 5000 + b"}}",
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep enough": b'{"event":' * 400 + b"1" + b"}" * 400,
    "half a character as name": b'{"\\ud800' + CANARY.encode() + b'": 1}',
    "a NUL as name": b'{"\\u0000": "' + CANARY.encode() + b'"}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_body_that_is_no_case_is_a_problem(coordinator: Caller, name: str) -> None:
    for media_type in ("application/json", "text/plain", "application/x-yaml", None):
        headers = {"Content-Type": media_type} if media_type else {}
        answer = await coordinator.client.post(CASES, content=BAD_BODIES[name], headers=headers)
        assert answer.status_code in {400, 422}, answer.text
        problem(answer, answer.status_code)
        if "as name" not in name:
            assert CANARY not in answer.text


async def test_a_body_of_more_than_eight_mebibytes_is_refused(coordinator: Caller) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 1024 * 1024

    for body in (b" " * 9 * 1024 * 1024, chunks()):
        told = problem(await coordinator.client.post(CASES, content=body), 413)
        assert "8 MiB" in told["detail"]


async def test_a_reference_that_names_nothing_is_not_found(coordinator: Caller) -> None:
    for reference in ("UA-2026-999", "nothing", "UA-2026-001%00", "%F0%28%8C", "'; --", "é" * 500):
        for part in ("", "/timeline", "/signatures", "/deliveries"):
            told = problem(await coordinator.client.get(f"{CASES}/{reference}{part}"), 404)
            assert "starter.py list" in told["detail"]
        problem(await coordinator.client.post(f"{CASES}/{reference}/hold"), 404)
