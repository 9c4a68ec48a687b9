"""Whatever an HTTP provider answers: an idempotent one does each message once, or it failed with a reason."""

import pytest

from models.vocabulary import Channel
from storage.database import Database
from tests.chaos.effects import MEMBERS, of_a_fault
from tests.integration.channels.faulty_provider import Fault
from tests.integration.outbox_cases import Case, add_members, make_case


@pytest.fixture
async def case(database: Database) -> Case:
    await add_members(database, MEMBERS, channel=Channel.SMS)
    return await make_case(database)


@pytest.mark.parametrize("fault", sorted(Fault))
async def test_each_fault_has_the_effect_once_or_none_with_a_reason(case: Case, fault: Fault) -> None:
    assert await of_a_fault(case, fault) == {"struck": 1, "faults": []}


async def test_a_provider_that_does_not_know_our_ids_would_be_found(case: Case) -> None:
    found = await of_a_fault(case, Fault.RESET_AFTER, remembers=False)
    assert any(fault.startswith("effects") for fault in found["faults"])
