"""An HTTP provider that fails in every way, in front of a fake that takes each message once by its id."""

from collections import Counter
from typing import Any, Final

import pytest
from structlog.testing import capture_logs

from activities.sending import SendingActivities
from channels import http
from channels.sms import SmsChannel
from models.messages import DeliveryState
from models.vocabulary import Channel
from storage.database import Database
from tests.chaos.judge import in_words
from tests.integration.channels.faulty_provider import DONE, Fault, faulty_provider
from tests.integration.outbox_cases import Case, add_members, execute, make_case
from tests.integration.senders import composer, until_taken

MEMBERS: Final = 3


async def of_every_fault(database: Database) -> dict[str, Any]:
    """Send texts through each fault; name those whose texts took effect more or less often than once."""
    wrong, struck = [], 0
    await add_members(database, MEMBERS, channel=Channel.SMS)
    for fault in Fault:
        found = await of_a_fault(await make_case(database), fault)
        struck += found["struck"]
        wrong += [f"{fault}: {found}"] if found["faults"] else []
    forgetful = await of_a_fault(await make_case(database), Fault.RESET_AFTER, remembers=False)
    if not forgetful["faults"]:
        wrong.append("the judge saw no second effect")
    return {"troubles": len(Fault), "fired": struck, "control": forgetful["faults"], "faults": wrong}


async def of_a_fault(case: Case, fault: Fault, *, remembers: bool = True) -> dict[str, Any]:
    """Send texts of which the first meets with a fault; tell what was done of each."""
    batch = await case.batch(channel=Channel.SMS)
    async with faulty_provider(fault, remembers=remembers) as provider:
        channel = SmsChannel(provider.url, "key", "Acuerpa", connections=1)
        with capture_logs(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(http, "EXCHANGE_SECONDS", 3.0)
            await until_taken(SendingActivities(case.database, channel, composer(case.database).sms), batch)
        await channel.close()
    sent = await case.deliveries(batch)
    await execute(case.database, "DELETE FROM suppression")
    refused, messages = fault is Fault.REDIRECT, len(sent)
    states = Counter(one.state for one in sent)
    expected = Counter({DeliveryState.SENT: messages - refused, DeliveryState.FAILED: int(refused)})
    done = Counter(str(one.id) for one in sent if one.state is DeliveryState.SENT)
    wrong = {
        "it did not strike": [one for one, _ in provider.struck] != [fault],
        f"states: {in_words(states)}": states != +expected,
        f"effects {sorted(provider.done.values())}": provider.done != done,
        "followed": provider.redirected > 0,
        "nobody to send to": messages < MEMBERS,
        "done at once": fault in DONE and provider.done.total() < messages,
    }
    faults = [what for what, is_so in wrong.items() if is_so]
    return {"struck": len(provider.struck), "faults": faults}
