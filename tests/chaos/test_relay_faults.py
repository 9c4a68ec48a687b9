"""Whatever a relay does at any step: one copy, or none with a reason, or doubt and no second copy."""

import pytest

from storage.database import Database
from tests.chaos.relay_faults import EVERY_TROUBLE, Trouble, frozen, met_with
from tests.integration.channels.scripted_relay import DROP, SILENCE, Step


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.timeout(400)
async def test_each_fault_at_each_step_doubles_and_loses_nothing(database: Database, grouped: bool) -> None:  # noqa: FBT001
    case, batch = await frozen(database)
    found = {}
    for trouble in EVERY_TROUBLE:
        if trouble.grouped is grouped:
            outcome = await met_with(trouble, case, batch)
            found[trouble] = outcome.faults(trouble)
    assert {trouble: faults for trouble, faults in found.items() if faults} == {}
    assert len(found) == len(EVERY_TROUBLE) // 2


@pytest.mark.parametrize("answer", [DROP, SILENCE])
async def test_a_channel_without_doubt_would_be_found(database: Database, answer: str) -> None:
    trouble = Trouble(Step.DOT, answer, grouped=True)
    outcome = await met_with(trouble, *await frozen(database), credulous=True)
    assert max(outcome.copies) == 2
    assert f"copies {outcome.copies}" in outcome.faults(trouble)
