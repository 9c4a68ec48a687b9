"""A stage for each test, on a server of its own."""

from collections.abc import AsyncIterator

import pytest

from models.messages import CasePlan
from tests.workflows.stage import Stage, open_stage
from tests.workflows.world import World, case_plan


@pytest.fixture
def plan() -> CasePlan:
    """The plan of the default case; modules and tests may have another."""
    return case_plan()


@pytest.fixture
async def stage(plan: CasePlan) -> AsyncIterator[Stage]:
    """An action that has not begun, and a server and workers for it."""
    async with open_stage(World(plan)) as opened:
        yield opened
