"""The provider of text messages, as the settings choose it."""

from pathlib import Path

import pytest

from assembly import build_renderer, build_sms_budget
from carriers import build_offers, build_sms
from channels.sms import SmsChannel
from channels.twilio import TwilioChannel
from channels.vonage import VonageChannel
from models.providers import Limits
from models.sms_budget import SmsBudget
from models.vocabulary import Channel
from settings import Settings, SettingsError, load_settings
from tests.unit.test_settings import refusal
from tests.unit.wrong_settings import REQUIRED


@pytest.fixture(autouse=True)
def _nothing_but_the_required(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ACUERPA_{name.upper()}", raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("provider", ["twilio", "vonage"])
def test_a_provider_with_accounts_needs_one_and_no_address(
    monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.delenv("ACUERPA_SMS_URL")
    error = refusal(monkeypatch, {"ACUERPA_SMS_PROVIDER": provider})
    assert [problem.variable for problem in error.problems] == ["ACUERPA_SMS_ACCOUNT"]
    monkeypatch.setenv("ACUERPA_SMS_ACCOUNT", "AC77")
    assert load_settings().sms_url is None


def test_a_gateway_of_ones_own_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACUERPA_SMS_URL")
    assert [problem.variable for problem in refusal(monkeypatch, {}).problems] == ["ACUERPA_SMS_URL"]


async def test_each_provider_has_its_adapter_and_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    monkeypatch.setenv("ACUERPA_SMS_ACCOUNT", "AC77")
    for name in ("generic", "twilio", "vonage"):
        monkeypatch.setenv("ACUERPA_SMS_PROVIDER", name)
        (channel,) = build_sms(load_settings())
        made.append((type(channel), channel.provider, channel.repeatable))
        await channel.close()
    assert made == [
        (SmsChannel, "sms", True),
        (TwilioChannel, "twilio", False),
        (VonageChannel, "vonage", False),
    ]


async def test_a_second_provider_stands_behind_the_first_with_limits_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = {"PROVIDER": "twilio", "ACCOUNT": "AC77", "KEY": "k", "PER_SECOND": "3"}
    for name, value in second.items():
        monkeypatch.setenv(f"ACUERPA_SECOND_SMS_{name}", value)
    settings = load_settings()
    adapters = build_sms(settings)
    assert [type(one) for one in adapters] == [SmsChannel, TwilioChannel]
    offers = build_offers(settings)[Channel.SMS]
    assert offers == (Limits("sms"), Limits("twilio", 3.0))
    assert [one.provider for one in adapters] == [limits.provider for limits in offers]
    for one in adapters:
        await one.close()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"PROVIDER": "generic", "KEY": "k", "URL": "https://sms.example"}, "PROVIDER"),
        ({"PROVIDER": "twilio", "KEY": "k"}, "ACCOUNT"),
        ({"PROVIDER": "vonage", "ACCOUNT": "a1"}, "KEY"),
    ],
    ids=["the same as the first", "without its account", "without its key"],
)
def test_a_second_provider_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    error = refusal(monkeypatch, {f"ACUERPA_SECOND_SMS_{name}": value for name, value in given.items()})
    assert [problem.variable for problem in error.problems] == [f"ACUERPA_SECOND_SMS_{missing}"]


def test_the_budget_is_of_the_networks_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_sms_budget(load_settings()) == SmsBudget(10_000, (), "America/Mexico_City")
    monkeypatch.setenv("ACUERPA_SMS_BUDGET_PER_DAY", "7")
    monkeypatch.setenv("ACUERPA_SMS_BUDGET_BY_PREFIX", "+52: 5, *: 1")
    monkeypatch.setenv("ACUERPA_DEFAULT_TIME_ZONE", "Africa/Nairobi")
    assert build_sms_budget(load_settings()) == SmsBudget(7, (("+52", 5), ("*", 1)), "Africa/Nairobi")


def test_a_limit_that_our_own_words_exceed_stops_the_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    build_renderer(load_settings())
    monkeypatch.setenv("ACUERPA_SMS_LINK", "https://red.example/" + "x" * 300)
    with pytest.raises(SettingsError) as caught:
        build_renderer(load_settings())
    assert [problem.variable for problem in caught.value.problems] == ["ACUERPA_SMS_SEGMENTS"]
