import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug import Response

from channels.base import ChannelError, Extent, Failure, Outbound, PermanentError, Receipt, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from channels.sms import SmsChannel, SmsContent
from local.ports import free_port
from models.endpoints import EndpointRules
from tests.integration.channels.mails import HandOvers
from tests.integration.local_servers import LocalProviders

SECRET = "whsec_" + "QUFB" * 8
PHONE = "+12025550123"
ANYWHERE = EndpointRules(allow_private=True)


@pytest.fixture
async def partner_api() -> AsyncIterator[PartnerApiChannel]:
    made = PartnerApiChannel(connections=3, rules=ANYWHERE)
    yield made
    await made.close()


@pytest.fixture
async def sms(simulated: LocalProviders) -> AsyncIterator[SmsChannel]:
    made = SmsChannel(f"{simulated.url}/sms", simulated.sms_key, "Acuerpa", connections=3)
    yield made
    await made.close()


def document(
    address: str, content: Mapping[str, object] | None = None, secret: str = SECRET
) -> Outbound[DocumentContent]:
    return Outbound(uuid4(), address, DocumentContent(content or {"title": "Acción ✊"}, (secret,)))


def text(address: str = PHONE) -> Outbound[SmsContent]:
    return Outbound(uuid4(), address, SmsContent("Acción urgente ✊"))


async def failure(channel: PartnerApiChannel, message: Outbound[DocumentContent]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await channel.send(message, HandOvers())
    return caught.value


async def test_a_text_message_arrives_once_however_often_it_is_sent(
    sms: SmsChannel, simulated: LocalProviders
) -> None:
    message, gate = text(), HandOvers()
    receipts = {await sms.send(message, gate) for _ in range(3)}
    (kept,) = simulated.received(message.delivery_id)
    assert receipts == {Receipt(kept["id"])}
    assert kept["content"] == {"to": PHONE, "from": "Acuerpa", "text": "Acción urgente ✊"}
    assert gate.count == 3


async def test_a_document_arrives_signed_as_the_partner_checks_it(
    partner_api: PartnerApiChannel, simulated: LocalProviders
) -> None:
    message = document(f"{simulated.url}/partners/red-ejemplo")
    assert await partner_api.send(message, HandOvers()) == Receipt(None)
    await partner_api.send(message, HandOvers())
    (kept,) = simulated.received(message.delivery_id)
    assert kept["headers"]["webhook-id"] == str(message.delivery_id)
    assert Webhook(SECRET).verify(kept["body"], kept["headers"]) == {"title": "Acción ✊"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(kept["body"] + " ", kept["headers"])
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QUFC" * 8).verify(kept["body"], kept["headers"])


async def test_every_request_carries_its_key_and_accepts_no_compression(
    partner_api: PartnerApiChannel, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/in").respond_with_data("ok")
    message = document(httpserver.url_for("/in"))
    await partner_api.send(message, HandOvers())
    headers = httpserver.log[0][0].headers
    assert headers["Idempotency-Key"] == headers["webhook-id"] == str(message.delivery_id)
    assert headers["Accept-Encoding"] == "identity"


BUSY, REFUSED = Failure.BUSY, Failure.MESSAGE_REFUSED


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        *((status, TransientError, BUSY) for status in (408, 425, 429, 500, 502, 503, 504, 507)),
        *((status, TransientError, Failure.UNAUTHORISED) for status in (401, 403)),
        *((status, PermanentError, REFUSED) for status in (400, 405, 409, 413, 422, 451)),
        *((status, PermanentError, Failure.NO_SUCH_ADDRESS) for status in (404, 410)),
        *((status, PermanentError, Failure.UNRECOGNISED) for status in (300, 304)),
    ],
)
async def test_an_answer_is_a_verdict(
    partner_api: PartnerApiChannel,
    httpserver: HTTPServer,
    status: int,
    kind: type[ChannelError],
    expected: Failure,
) -> None:
    httpserver.expect_request("/in").respond_with_data("the secret words of a provider", status=status)
    error = await failure(partner_api, document(httpserver.url_for("/in")))
    assert type(error) is kind
    assert error.failure is expected
    assert str(error) == expected.value
    if isinstance(error, PermanentError):
        assert error.suppress is (status == 410)
    if isinstance(error, TransientError):
        assert error.in_doubt is (status in {408, 500, 502, 504, 507})
        assert error.extent is (Extent.EVERYTHING if status == 429 else Extent.PROVIDER)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_success_is_a_success(
    partner_api: PartnerApiChannel, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/in").respond_with_data("", status=status)
    assert await partner_api.send(document(httpserver.url_for("/in")), HandOvers()) == Receipt(None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    partner_api: PartnerApiChannel, httpserver: HTTPServer, status: int
) -> None:
    elsewhere = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/in").respond_with_data("", status=status, headers=elsewhere)
    error = await failure(partner_api, document(httpserver.url_for("/in")))
    assert isinstance(error, PermanentError)
    assert not error.suppress
    assert [request.path for request, _response in httpserver.log] == ["/in"]


def http_date(wait: timedelta) -> str:
    return format_datetime(datetime.now(UTC) + wait, usegmt=True)


HOUR, ZERO = timedelta(hours=1), timedelta(0)


@pytest.mark.parametrize(
    ("told", "shortest", "longest"),
    [
        ("7", timedelta(seconds=7), timedelta(seconds=7)),
        ("0", ZERO, ZERO),
        (timedelta(minutes=50), timedelta(minutes=30), timedelta(minutes=50)),
        (-timedelta(days=1), ZERO, ZERO),
        ("86400", HOUR, HOUR),
        (timedelta(days=9), HOUR, HOUR),
    ],
    ids=["seconds", "none", "date", "past", "a day", "next week"],
)
async def test_a_provider_may_say_how_long_to_wait(
    partner_api: PartnerApiChannel,
    httpserver: HTTPServer,
    told: str | timedelta,
    shortest: timedelta,
    longest: timedelta,
) -> None:
    retry_after = http_date(told) if isinstance(told, timedelta) else told
    httpserver.expect_request("/in").respond_with_data("", status=429, headers={"Retry-After": retry_after})
    error = await failure(partner_api, document(httpserver.url_for("/in")))
    assert isinstance(error, TransientError)
    assert error.retry_after is not None
    assert shortest <= error.retry_after <= longest


@pytest.mark.parametrize(
    "told",
    [
        "soon",
        "-5",
        "1.5",
        "9" * 400,
        "\xb2",
        "Sun, 99 Nov 2026 08:49:37 GMT",
        "Sun, 08 Nov 2026 08:49:37 -0000",
    ],
)
async def test_a_wait_that_is_no_wait_is_passed_over(
    partner_api: PartnerApiChannel, httpserver: HTTPServer, told: str
) -> None:
    answer = Response("", status=503, headers={"Retry-After": told})
    httpserver.expect_request("/in").respond_with_response(answer)
    error = await failure(partner_api, document(httpserver.url_for("/in")))
    assert isinstance(error, TransientError)
    assert error.retry_after is None


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"other": 1}', "7", "null"])
async def test_a_text_message_without_the_providers_id_was_sent_all_the_same(
    httpserver: HTTPServer, body: str
) -> None:
    httpserver.expect_request("/sms").respond_with_data(body)
    channel = SmsChannel(httpserver.url_for("/sms"), "key", "Acuerpa", connections=1)
    assert await channel.send(text(), HandOvers()) == Receipt(None)
    await channel.close()


@pytest.mark.parametrize("said", [7, "a\x00b", "\ud800", "x" * 900, {"a": "\n"}, None])
async def test_an_id_that_no_database_takes_is_made_plain(httpserver: HTTPServer, said: object) -> None:
    httpserver.expect_request("/sms").respond_with_data(json.dumps({"id": said}))
    channel = SmsChannel(httpserver.url_for("/sms"), "key", "Acuerpa", connections=1)
    receipt = await channel.send(text(), HandOvers())
    await channel.close()
    assert receipt.provider_reference
    assert len(receipt.provider_reference) <= 200
    assert receipt.provider_reference.isprintable()


async def test_a_message_to_an_unencrypted_address_is_refused_unless_that_is_allowed(
    httpserver: HTTPServer,
) -> None:
    channel, gate = PartnerApiChannel(connections=1, rules=EndpointRules()), HandOvers()
    with pytest.raises(PermanentError) as caught:
        await channel.send(document(httpserver.url_for("/in")), gate)
    await channel.close()
    assert (caught.value.failure, gate.count, httpserver.log) == (Failure.ADDRESS_REFUSED, 0, [])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "whsec_x"])
async def test_a_document_that_cannot_be_signed_is_not_sent(
    partner_api: PartnerApiChannel, httpserver: HTTPServer, secret: str
) -> None:
    gate = HandOvers()
    with pytest.raises(PermanentError) as caught:
        await partner_api.send(document(httpserver.url_for("/in"), secret=secret), gate)
    assert (caught.value.failure, gate.count) == (Failure.NOT_RENDERABLE, 0)


@pytest.mark.parametrize(
    "address",
    ["https://[::1", "https://host:99999/", "https://", "https://a b.example/", "https://\x00.example"],
)
async def test_an_address_that_is_none_is_an_error_of_the_channel(
    partner_api: PartnerApiChannel, address: str
) -> None:
    assert isinstance(await failure(partner_api, document(address)), ChannelError)


async def test_the_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    httpserver.expect_request("/in").respond_with_data("ok")
    channel = PartnerApiChannel(connections=1, rules=ANYWHERE)
    assert await channel.send(document(httpserver.url_for("/in")), HandOvers()) == Receipt(None)
    await channel.close()
