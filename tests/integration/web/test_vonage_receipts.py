"""Receipts of Vonage's SMS API: signed parameters, as its documentation has them."""

import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.outbox import Delivery
from tests.integration.web.callbacks import call_vonage_sms, signed_by_sms_api
from tests.integration.web.site import CALLBACKS, Site, problem
from tests.integration.web.test_callbacks import state_of, suppressed, texted

EXCHANGES = Path(__file__).parents[1] / "channels" / "exchanges" / "vonage_receipts.json"
RECEIPTS = [
    pytest.param(one, id=one["name"]) for one in json.loads(EXCHANGES.read_text(encoding="utf-8"))["receipts"]
]


def said_of(delivery: Delivery, receipt: dict[str, Any]) -> dict[str, str]:
    ours = {"(reference)": str(delivery.provider_reference), "(delivery id)": str(delivery.id)}
    return {name: ours.get(value, value) for name, value in receipt["body"].items()}


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize("receipt", RECEIPTS)
async def test_a_receipt_means_what_vonage_says(site: Site, receipt: dict[str, Any], *, form: bool) -> None:
    one, *_ = await texted(site, "vonage")
    for _ in range(2):
        answer = await call_vonage_sms(site, said_of(one, receipt), form=form)
        assert answer.status_code == 204
    assert await state_of(site, one) == receipt["means"]
    assert await suppressed(site) == ([one.fingerprint] if receipt["means"] == "bounced" else [])


async def test_a_receipt_with_another_secret_or_a_changed_parameter_changes_nothing(site: Site) -> None:
    one, *_ = await texted(site, "vonage")
    said = said_of(one, RECEIPTS[2].values[0])  # type: ignore[arg-type]
    answers = [
        await call_vonage_sms(site, said, secret="another"),
        await call_vonage_sms(site, said, secret=""),
    ]
    changed = {**signed_by_sms_api({**said, "status": "accepted"}, CALLBACKS.vonage[0]), "status": "rejected"}
    async with site.client() as client:
        answers += [
            await client.post("/callbacks/vonage", json=changed),
            await client.post("/callbacks/vonage", data=changed),
            await client.post("/callbacks/vonage", json={**changed, "sig": {"sig": 1}}),
            await client.post("/callbacks/vonage", content="[" * 100_000),
        ]
    for answer in answers:
        problem(answer, 401)
    assert await state_of(site, one) == "sent"
    assert await suppressed(site) == []


@pytest.mark.parametrize("digest", ["md5", "sha1"])
async def test_a_weak_signature_is_refused_and_the_log_says_which_to_choose(site: Site, digest: str) -> None:
    one, *_ = await texted(site, "vonage")
    signed = signed_by_sms_api(said_of(one, RECEIPTS[1].values[0]), CALLBACKS.vonage[0], digest)  # type: ignore[arg-type]
    with capture_logs() as logs:
        async with site.client() as client:
            problem(await client.post("/callbacks/vonage", json=signed), 401)
    (told,) = [log for log in logs if log["event"] == "callback.rejected"]
    assert "SHA-256 HMAC" in told["remedy"]
    assert str(one.provider_reference) not in json.dumps(told)


async def test_parameters_in_an_address_are_not_read(site: Site) -> None:
    one, *_ = await texted(site, "vonage")
    signed = signed_by_sms_api(said_of(one, RECEIPTS[1].values[0]), CALLBACKS.vonage[0])  # type: ignore[arg-type]
    async with site.client() as client:
        assert (await client.get("/callbacks/vonage", params=signed)).status_code == 405
        problem(await client.post("/callbacks/vonage", params=signed), 401)
    assert await state_of(site, one) == "sent"
