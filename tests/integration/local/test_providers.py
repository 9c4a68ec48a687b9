import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from local.providers import ProviderFault
from tests.integration.local.served import Served

HOOK = {"webhook-id": "d-1", "webhook-timestamp": "1767225600", "webhook-signature": "v1,c2lnbmF0dXJl"}


@pytest.mark.parametrize("fault", [{}, {"status": 200}, {"status": 503, "store_then_reset": True}])
def test_an_impossible_provider_fault_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="status"):
        ProviderFault.model_validate({"channel": "sms", **fault})


def sms_headers(served: Served, key: str = "d-1") -> dict[str, str]:
    return {"Authorization": f"Bearer {served.environment['ACUERPA_SMS_KEY']}", "Idempotency-Key": key}


SMS = {"to": "+525512345678", "from": "Acuerpa", "text": "Acción urgente"}


async def test_a_text_message_is_kept_once_for_each_key_even_through_a_kill(
    providers: Served, http: httpx.AsyncClient
) -> None:
    first = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert first.status_code == 201
    await providers.restart_after_kill()
    again = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert (again.status_code, again.json()) == (201, first.json())
    other = await http.post("/sms", json=SMS, headers=sms_headers(providers, "d-2"))
    assert other.json() != first.json()
    received = (await http.get("/received", params={"channel": "sms"})).json()
    assert [(item["key"], item["content"]) for item in received] == [("d-1", SMS), ("d-2", SMS)]


async def test_a_key_used_for_another_text_is_refused(providers: Served, http: httpx.AsyncClient) -> None:
    await http.post("/sms", json=SMS, headers=sms_headers(providers))
    other = await http.post("/sms", json={**SMS, "text": "otra"}, headers=sms_headers(providers))
    assert other.status_code == 409
    assert len((await http.get("/received")).json()) == 1


async def test_a_text_message_without_key_or_with_a_wrong_one_is_refused(
    providers: Served, http: httpx.AsyncClient
) -> None:
    right = sms_headers(providers)
    wrong_key = await http.post("/sms", json=SMS, headers={**right, "Authorization": "Bearer wrong"})
    no_key = await http.post("/sms", json=SMS, headers={"Authorization": right["Authorization"]})
    no_text = await http.post("/sms", json={"to": "+525512345678"}, headers=right)
    assert [answer.status_code for answer in (wrong_key, no_key, no_text)] == [401, 400, 422]
    assert (await http.get("/received")).json() == []


async def test_a_webhook_is_kept_once_with_its_signature_and_its_exact_body(
    providers: Served, http: httpx.AsyncClient
) -> None:
    body = b'{"title":  "Acci\xc3\xb3n"}'
    waiting = asyncio.create_task(http.get("/received", params={"channel": "partner_api", "wait": 20}))
    assert providers.child.running
    replies = [await http.post("/partners/p-1", content=body, headers=HOOK) for _ in range(2)]
    assert [answer.status_code for answer in replies] == [200, 200]
    assert replies[0].json() == replies[1].json()
    assert (await http.post("/partners/p-2", content=body, headers=HOOK)).json() != replies[0].json()
    received = (await waiting).json()[0]
    assert (received["partner_id"], received["headers"]) == ("p-1", HOOK)
    assert received["body"].encode() == body
    assert len((await http.get("/received")).json()) == 2
    assert "p-2" in (await http.get("/")).text


async def test_a_webhook_without_signature_or_json_is_refused(
    providers: Served, http: httpx.AsyncClient
) -> None:
    assert providers.child.running
    unsigned = await http.post("/partners/p-1", json={})
    assert unsigned.status_code == 400
    assert "webhook-signature" in unsigned.json()["detail"]
    assert (await http.post("/partners/p-1", content=b"\xff", headers=HOOK)).status_code == 400


async def test_an_ordered_provider_fault_fires_is_counted_and_ends(
    providers: Served, http: httpx.AsyncClient
) -> None:
    fault = {"channel": "sms", "status": 503, "times": 1, "retry_after": 1}
    await http.put("/faults", json=fault)
    assert (await http.post("/partners/p-1", json={}, headers=HOOK)).status_code == 200
    failed = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "1")
    assert (await http.get("/received", params={"channel": "sms"})).json() == []
    assert (await http.post("/sms", json=SMS, headers=sms_headers(providers))).status_code == 201
    assert (await http.get("/faults")).json() == [{**fault, "store_then_reset": False, "fired": 1}]


async def test_a_request_can_be_kept_while_its_answer_is_lost(
    providers: Served, http: httpx.AsyncClient
) -> None:
    await http.put("/faults", json={"channel": "sms", "store_then_reset": True})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await http.post("/sms", json=SMS, headers=sms_headers(providers))
    again = await http.post("/sms", json=SMS, headers=sms_headers(providers))
    received = (await http.get("/received")).json()
    assert [item["id"] for item in received] == [again.json()["id"]]
    assert [fault["fired"] for fault in (await http.get("/faults")).json()] == [1]


async def test_half_a_line_that_a_kill_left_is_dropped(
    providers: Served, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await http.post("/sms", json=SMS, headers=sms_headers(providers))
    await providers.child.kill()
    with (tmp_path / "providers" / "received.jsonl").open("ab") as file:
        file.write(b'{"channel": "sm')
    await providers.start()
    assert len((await http.get("/received")).json()) == 1
    await http.post("/sms", json=SMS, headers=sms_headers(providers, "d-2"))
    await providers.restart_after_kill()
    assert len((await http.get("/received")).json()) == 2
