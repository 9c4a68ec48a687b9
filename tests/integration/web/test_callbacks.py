"""Providers' callbacks: who may call, what it changes, and that nobody learns anything by calling."""

import json
from uuid import UUID, uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from models.messages import DeliveryState
from models.outbox import Delivery
from models.vocabulary import Channel
from storage.handing_over import Outcome
from tests.integration.outbox_cases import Case, execute, make_case
from tests.integration.web.callbacks import call_gateway, call_mail, call_twilio, call_vonage, hand_on
from tests.integration.web.site import CALLBACKS, Site, problem
from tests.unit.bounce_mails import bounce, returned, status
from web.callbacks.guard import LARGEST_CALL_BYTES
from web.callbacks.known import Callbacks, Pace

PATHS = ("twilio", "vonage", "sms", "mail", "bounces")


async def texted(site: Site, provider: str) -> list[Delivery]:
    """Have text messages of a statement taken by a provider; each has the reference that its place says."""
    case = await make_case(site.services.database)
    batch, claim_id = await case.batch(channel=Channel.SMS), uuid4()
    claimed = await case.claim(batch, claim_id, provider=provider)
    await case.settle(
        claim_id,
        *(Outcome(one.id, DeliveryState.SENT, provider_reference=f"m-{one.position}") for one in claimed),
    )
    return await case.deliveries(batch)


async def mailed(site: Site) -> tuple[Case, list[Delivery]]:
    case = await make_case(site.services.database)
    batch, claim_id = await case.batch(), uuid4()
    claimed = await case.claim(batch, claim_id)
    await case.settle(claim_id, *(Outcome(one.id, DeliveryState.SENT) for one in claimed))
    return case, claimed


async def state_of(site: Site, delivery: Delivery) -> str:
    (row,) = await execute(
        site.services.database, "SELECT state FROM delivery WHERE id = :id", id=delivery.id
    )
    return str(row.state)


async def suppressed(site: Site) -> list[bytes]:
    rows = await execute(site.services.database, "SELECT fingerprint FROM suppression")
    return [row.fingerprint for row in rows]


async def test_twilio_tells_that_a_text_arrived_and_that_a_number_does_not_exist(site: Site) -> None:
    one, *others = await texted(site, "twilio")
    said = {"MessageSid": str(one.provider_reference), "MessageStatus": "sent", "To": "+12025550123"}
    assert (await call_twilio(site, said)).status_code == 204
    assert (await call_twilio(site, {**said, "MessageStatus": "delivered"}, port=":443")).status_code == 204
    assert (await call_twilio(site, said)).status_code == 204
    assert await state_of(site, one) == "delivered"
    gone = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    for other in others[:1]:
        assert (await call_twilio(site, gone, query=f"?delivery={other.id}")).status_code == 204
        assert await state_of(site, other) == "bounced"
        assert await suppressed(site) == [other.fingerprint]


async def test_vonage_tells_it_by_either_of_its_interfaces(site: Site) -> None:
    one, *_ = await texted(site, "vonage")
    by_sms_api = {"messageId": one.provider_reference, "status": "accepted", "err-code": "0"}
    by_messages = {"message_uuid": one.provider_reference, "status": "delivered", "error": {"title": 1}}
    for said in (by_sms_api, by_messages):
        assert (await call_vonage(site, said)).status_code == 204
    assert await state_of(site, one) == "delivered"
    refused = {"messageId": "x", "client-ref": str(one.id), "status": "rejected", "err-code": "9"}
    assert (await call_vonage(site, refused)).status_code == 204
    assert await state_of(site, one) == "bounced"
    assert await suppressed(site) == [one.fingerprint]


async def test_another_gateway_tells_it_with_a_key_or_a_signature(site: Site) -> None:
    one, *_ = await texted(site, "sms")
    said = {"id": one.provider_reference, "status": "delivered"}
    assert (await call_gateway(site, {**said, "status": "accepted"}, bearer=True)).status_code == 204
    assert (await call_gateway(site, said)).status_code == 204
    assert await state_of(site, one) == "delivered"


async def test_a_mail_provider_tells_many_things_at_once(site: Site) -> None:
    _, (first, second, third, *_) = await mailed(site)
    domain = CALLBACKS.message_id_domain
    answer = await call_mail(
        site,
        {"event": "delivered", "message_id": f"<{first.id}@{domain}>", "address": "x"},
        {"event": "deferred", "message_id": f"{second.id}@{domain}"},
        {"event": "bounced", "bounce": "hard", "message_id": f"<{third.id}@{domain}>"},
        {"event": "complained", "message_id": f"<{uuid4()}@{domain}>"},
        {"event": "complained", "message_id": f"<{first.id}@elsewhere.example>"},
    )
    assert answer.status_code == 204
    assert [await state_of(site, one) for one in (first, second, third)] == ["delivered", "sent", "bounced"]
    assert await suppressed(site) == [third.fingerprint]


async def test_a_mail_that_came_back_counts_for_its_message_and_the_address_that_it_names(site: Site) -> None:
    _, (first, second, *_) = await mailed(site)
    came_back = bounce(status(recipient=first.address), original=returned(first.id))
    forwarded = bounce(status(recipient="elsewhere@forwarded.example"), original=returned(second.id))
    for raw in (came_back, forwarded, came_back, b"no mail at all", returned(first.id).encode()):
        assert (await hand_on(site, raw)).status_code == 204
    assert [await state_of(site, one) for one in (first, second)] == ["bounced", "bounced"]
    assert await suppressed(site) == [first.fingerprint]


async def test_a_receipt_without_the_right_signature_changes_nothing_and_learns_nothing(site: Site) -> None:
    one, *_ = await texted(site, "twilio")
    said = {"MessageSid": str(one.provider_reference), "MessageStatus": "delivered"}
    with capture_logs() as logs:
        answers = [
            await call_twilio(site, said, secret="another"),
            await call_twilio(site, {**said, "MessageSid": "nobody's"}, secret="another"),
            await call_vonage(site, said, secret="another"),
            await hand_on(site, bounce(original=returned(one.id)), key="another"),
        ]
        async with site.client() as client:
            answers += [await client.post(f"/callbacks/{path}", content=b"{}") for path in PATHS]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert await state_of(site, one) == "sent"
    told = json.dumps(logs, default=str)
    assert "m-" not in told
    assert not any(secret in told for secret in (*CALLBACKS.twilio, *CALLBACKS.vonage, "another"))


async def test_a_provider_that_is_not_set_up_is_answered_like_a_wrong_signature(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(site.services), "callbacks", Callbacks())
    answers = [
        await call_twilio(site, {"MessageSid": "1", "MessageStatus": "sent"}),
        await call_gateway(site, {"id": "1", "status": "delivered"}),
        await call_mail(site, {"event": "delivered", "message_id": "x"}),
        await hand_on(site, bounce()),
    ]
    assert {answer.status_code for answer in answers} == {401}


async def test_an_id_that_nobody_knows_is_answered_like_one_that_is_known(site: Site) -> None:
    one, *_ = await texted(site, "twilio")
    _, (mail, *_) = await mailed(site)
    known = [
        await call_twilio(site, {"MessageSid": str(one.provider_reference), "MessageStatus": "sent"}),
        await hand_on(site, bounce(original=returned(mail.id))),
    ]
    unknown = [
        await call_twilio(site, {"MessageSid": "SM-nobody", "MessageStatus": "sent"}),
        await hand_on(site, bounce(original=returned(UUID(int=5)))),
    ]
    assert len({(answer.status_code, answer.content) for answer in (*known, *unknown)}) == 1


async def test_what_cannot_be_read_is_refused_loudly_and_not_repeated(site: Site) -> None:
    with capture_logs() as logs:
        answers = [
            await call_twilio(site, {"MessageSid": "1"}),
            await call_twilio(site, {"MessageSid": "1", "MessageStatus": "abducted"}),
            await call_vonage(site, ["canary"]),
            await call_gateway(site, {"status": "delivered", "id": None}),
            await call_mail(site, {"event": "abducted", "message_id": "canary"}),
        ]
    for answer in answers:
        problem(answer, 422)
        assert "canary" not in answer.text
    assert [log["event"] for log in logs].count("callback.unreadable") == 5


async def test_a_code_that_we_do_not_know_is_loud(site: Site) -> None:
    with capture_logs() as logs:
        said = {"MessageSid": "1", "MessageStatus": "failed", "ErrorCode": "39999"}
        assert (await call_twilio(site, said)).status_code == 204
    assert {"provider": "twilio", "code": "39999"}.items() <= next(
        log for log in logs if log["event"] == "callback.unrecognised_code"
    ).items()


async def test_a_giant_body_is_refused_and_of_a_giant_mail_the_start_is_read(site: Site) -> None:
    _, (mail, *_) = await mailed(site)
    async with site.client() as client:
        answer = await client.post("/callbacks/mail", content=b"x" * (LARGEST_CALL_BYTES + 1))
    assert answer.status_code == 413
    raw = bounce(status(recipient=mail.address), original=returned(mail.id, body="largo\r\n" * 60_000))
    assert len(raw) > LARGEST_CALL_BYTES
    assert (await hand_on(site, raw)).status_code == 204
    assert await state_of(site, mail) == "bounced"


async def test_many_wrong_calls_are_answered_429_and_do_not_keep_right_ones_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = Callbacks(twilio=CALLBACKS.twilio, rejected=Pace(0, 2), accepted=Pace(0, 1))
    monkeypatch.setitem(vars(site.services), "callbacks", stopped)
    said = {"MessageSid": "1", "MessageStatus": "sent"}

    async def calls(secret: str) -> list[httpx.Response]:
        return [await call_twilio(site, said, secret=secret) for _ in range(3)]

    assert [answer.status_code for answer in await calls("another")] == [401, 401, 429]
    assert [answer.status_code for answer in await calls(CALLBACKS.twilio[0])] == [204, 429, 429]


def test_a_pace_gives_room_as_time_passes() -> None:
    now = 0.0
    pace = Pace(2, 3, lambda: now)
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [pace.allows() for _ in range(2)] == [True, False]
    now = 100.0
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
