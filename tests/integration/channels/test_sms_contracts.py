"""What each SMS provider is asked, and what its answers mean: exchanges as its documentation has them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs
from werkzeug import Request, Response

from channels import twilio, vonage
from channels.base import (
    Channel,
    ChannelError,
    InDoubtError,
    Outbound,
    PermanentError,
    Receipt,
    TransientError,
)
from channels.sms import SmsAccount, SmsChannel, SmsContent
from channels.twilio import TwilioChannel
from channels.vonage import VonageChannel
from tests.integration.channels.mails import HandOvers

EXCHANGES = Path(__file__).parent / "exchanges"
DELIVERY = UUID("0123abcd-0000-4000-8000-000000000000")
NUMBER = "+12025550100"
ERRORS = {"transient": TransientError, "permanent": PermanentError, "in_doubt": InDoubtError}

Make = Callable[[str], Channel[SmsContent]]
PROVIDERS: dict[str, Make] = {
    "twilio": lambda url: TwilioChannel(
        SmsAccount("AC" + "0123456789abcdef" * 2, "an invented token", NUMBER, url),
        connections=1,
        callback="https://red.example/callbacks/twilio",
    ),
    "vonage": lambda url: VonageChannel(
        SmsAccount("abcd1234", "an invented secret", NUMBER, url),
        connections=1,
        callback="https://red.example/callbacks/vonage",
    ),
    "generic": lambda url: SmsChannel(f"{url}/messages", "an invented key", "Acuerpa", connections=1),
}


def contract(provider: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXCHANGES / f"{provider}.json").read_text())
    return found


CASES = [
    pytest.param(provider, exchange, id=f"{provider}: {exchange['name']}")
    for provider in PROVIDERS
    for exchange in contract(provider)["exchanges"]
]


def asked(request: Request) -> dict[str, Any]:
    """Read a request as a provider does."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return dict(parse_qsl(request.get_data().decode(), strict_parsing=True))
    read: dict[str, Any] = json.loads(request.get_data())
    return read


def expected(value: str) -> str:
    return value.replace("(delivery id)", str(DELIVERY))


def serve(httpserver: HTTPServer, answer: Mapping[str, Any]) -> list[Request]:
    """Answer every request with one recorded answer, and keep what was asked."""
    body = answer["body"] if isinstance(answer["body"], str) else json.dumps(answer["body"])
    requests: list[Request] = []

    def respond(request: Request) -> Response:
        request.get_data()
        requests.append(request)
        return Response(body, answer["status"], answer["headers"])

    for pattern in (
        "/2010-04-01/Accounts/" + "AC" + "0123456789abcdef" * 2 + "/Messages.json",
        "/sms/json",
        "/messages",
    ):
        httpserver.expect_request(pattern, method="POST").respond_with_handler(respond)
    return requests


async def sent(channel: Channel[SmsContent], exchange: Mapping[str, Any]) -> Receipt | ChannelError:
    try:
        return await channel.send(
            Outbound(DELIVERY, exchange["to"], SmsContent(exchange["text"])), HandOvers()
        )
    except ChannelError as error:
        return error
    finally:
        await channel.close()


@pytest.mark.parametrize(("provider", "exchange"), CASES)
async def test_an_exchange_means_what_the_provider_says(
    httpserver: HTTPServer, provider: str, exchange: dict[str, Any]
) -> None:
    requests = serve(httpserver, exchange["answer"])
    with capture_logs() as logs:
        result = await sent(PROVIDERS[provider](httpserver.url_for("").rstrip("/")), exchange)
    assert len(requests) == 1, "asked once, whatever is answered"
    means = exchange["means"]
    if "error" in means:
        assert isinstance(result, ChannelError)
        assert type(result) is ERRORS[means["error"]]
        assert result.failure == means["failure"]
        assert getattr(result, "suppress", False) is means.get("suppress", False)
        wait = getattr(result, "retry_after", None)
        assert (wait.total_seconds() if wait else None) == means.get("wait_seconds")
    else:
        assert result == Receipt(means["reference"])
    loud = [entry["event"] for entry in logs if entry["log_level"] == "error"]
    assert loud == ([means["loud"]] if "loud" in means else [])
    assert exchange["to"] not in str(logs)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_request_has_the_form_that_the_provider_documents(
    httpserver: HTTPServer, provider: str
) -> None:
    documented = contract(provider)
    exchange = documented["exchanges"][0]
    request = serve(httpserver, exchange["answer"])
    await sent(PROVIDERS[provider](httpserver.url_for("").rstrip("/")), exchange)
    (made,), form = request, documented["request"]
    assert (made.method, made.path) == (form["method"], form["path"])
    assert {name: made.headers[name] for name in form["headers"]} == {
        name: expected(value) for name, value in form["headers"].items()
    }
    body = form.get("form") or form["json"]
    assert asked(made) == {name: expected(value) for name, value in body.items()}


@pytest.mark.parametrize(
    ("text", "sort"), [("Accion urgente [1] 5 €", "text"), ("Acción urgente", "unicode"), ("✊", "unicode")]
)
async def test_vonage_is_told_when_a_text_needs_unicode(httpserver: HTTPServer, text: str, sort: str) -> None:
    exchange = {**contract("vonage")["exchanges"][0], "text": text}
    requests = serve(httpserver, exchange["answer"])
    await sent(PROVIDERS["vonage"](httpserver.url_for("").rstrip("/")), exchange)
    assert (asked(requests[0])["type"], asked(requests[0])["text"]) == (sort, text)


@pytest.mark.parametrize(
    ("sender", "field"), [("Acuerpa", "From"), (NUMBER, "From"), ("MG" + "0" * 32, "MessagingServiceSid")]
)
async def test_twilio_is_given_a_number_a_name_or_a_messaging_service(
    httpserver: HTTPServer, sender: str, field: str
) -> None:
    exchange = contract("twilio")["exchanges"][0]
    requests = serve(httpserver, exchange["answer"])
    account = SmsAccount("AC" + "0123456789abcdef" * 2, "SK77:secret", sender, httpserver.url_for(""))
    await sent(TwilioChannel(account, connections=1), exchange)
    assert asked(requests[0])[field] == sender
    assert "StatusCallback" not in asked(requests[0])
    assert requests[0].authorization
    assert (requests[0].authorization.username, requests[0].authorization.password) == ("SK77", "secret")


def test_the_tables_hold_what_the_exchanges_try() -> None:
    tried = {
        exchange["answer"]["body"].get("code")
        for exchange in contract("twilio")["exchanges"]
        if isinstance(exchange["answer"]["body"], dict)
    }
    assert tried - {None, 29999, 29998} <= set(twilio.CODES)
    assert {29999, 29998} & set(twilio.CODES) == set()
    assert "99" not in vonage.CODES


def test_an_account_shows_no_secret() -> None:
    assert "an invented token" not in repr(SmsAccount("AC1", "an invented token", NUMBER))
