"""Providers over HTTP fail in every way, each proved to have struck: what is sent takes effect once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels import http
from channels.base import Channel, ChannelError, Failure, Outbound, PermanentError, TransientError
from channels.partner_api import DocumentContent, PartnerApiChannel
from channels.sms import SmsChannel, SmsContent
from models.endpoints import EndpointRules
from tests.integration.channels.faulty_provider import BUSY_SECONDS, DONE, Fault, faulty_provider
from tests.integration.channels.mails import HandOvers

SECRET = "whsec_" + "QUFB" * 8
PUT_OFF = set(Fault) - {Fault.HUGE, Fault.REDIRECT}
DONE_AND_PUT_OFF = sorted(DONE & PUT_OFF)

Making = Callable[[str], tuple[Channel[Any], Outbound[Any]]]


def partner_api(url: str) -> tuple[Channel[Any], Outbound[Any]]:
    channel = PartnerApiChannel(connections=1, rules=EndpointRules(allow_private=True))
    return channel, Outbound(uuid4(), url, DocumentContent({"a": 1}, (SECRET,)))


def sms(url: str) -> tuple[Channel[Any], Outbound[Any]]:
    channel = SmsChannel(url, "key", "Acuerpa", connections=1)
    return channel, Outbound(uuid4(), "+12025550123", SmsContent("hola"))


@dataclass
class Sent:
    """A message that was tried until it was taken or refused for good, and the errors on the way."""

    key: str
    errors: list[ChannelError] = field(default_factory=list)
    taken: bool = False


async def sent(make: Making, url: str) -> Sent:
    channel, message = make(url)
    told = Sent(str(message.delivery_id))
    while not told.taken and len(told.errors) < 3:
        try:
            await channel.send(message, HandOvers())
            told.taken = True
        except TransientError as error:
            told.errors.append(error)
        except PermanentError as error:
            told.errors.append(error)
            break
    await channel.close()
    return told


@pytest.fixture(autouse=True)
def _short_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "EXCHANGE_SECONDS", 3.0)


BOTH = pytest.mark.parametrize("make", [partner_api, sms])


@BOTH
@pytest.mark.parametrize("fault", sorted(PUT_OFF))
async def test_what_a_fault_put_off_takes_effect_once(make: Making, fault: Fault) -> None:
    async with faulty_provider(fault) as provider:
        told = await sent(make, provider.url)
    assert provider.struck == [(fault, told.key)]
    assert (told.taken, len(told.errors)) == (True, 1)
    assert (provider.arrived, provider.done) == ({told.key: 2}, {told.key: 1})
    (error,) = told.errors
    assert isinstance(error, TransientError)
    is_busy = fault in {Fault.BUSY, Fault.FAILING}
    assert error.failure is (Failure.BUSY if is_busy else Failure.UNREACHABLE)
    assert error.retry_after == (timedelta(seconds=BUSY_SECONDS) if fault is Fault.BUSY else None)
    assert error.in_doubt is (fault is not Fault.BUSY)


@BOTH
@pytest.mark.parametrize("fault", DONE_AND_PUT_OFF)
async def test_the_same_at_a_provider_that_does_not_know_our_ids_takes_effect_twice(
    make: Making, fault: Fault
) -> None:
    async with faulty_provider(fault, remembers=False) as provider:
        told = await sent(make, provider.url)
    assert provider.struck == [(fault, told.key)]
    assert provider.done == {told.key: 2}


@BOTH
async def test_what_strikes_several_times_takes_effect_once(make: Making) -> None:
    faults = (Fault.RESET_AFTER, Fault.BUSY)
    async with faulty_provider(*faults) as provider:
        told = await sent(make, provider.url)
    assert [fault for fault, _ in provider.struck] == list(faults)
    assert (told.taken, provider.arrived, provider.done) == (True, {told.key: 3}, {told.key: 1})


@BOTH
async def test_a_body_without_end_is_an_answer_all_the_same(make: Making) -> None:
    async with faulty_provider(Fault.HUGE) as provider:
        told = await sent(make, provider.url)
    assert provider.struck == [(Fault.HUGE, told.key)]
    assert (told.taken, told.errors, provider.done) == (True, [], {told.key: 1})


@BOTH
async def test_a_redirect_leads_nowhere_and_is_not_tried_again(make: Making) -> None:
    async with faulty_provider(Fault.REDIRECT) as provider:
        told = await sent(make, provider.url)
    assert provider.struck == [(Fault.REDIRECT, told.key)]
    assert [(type(one), one.failure) for one in told.errors] == [(PermanentError, Failure.UNRECOGNISED)]
    assert (provider.redirected, provider.done.total()) == (0, 0)
