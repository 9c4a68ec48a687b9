"""Records the histories that replay tests keep: `python -m tests.replay.record_histories [SCENARIO ...]`.

Add a scenario when a workflow gets a new path. Record an old one anew only when its history may no longer
exist anywhere: what is committed here stands for the actions that are under way when a version is installed.
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from temporalio.api.failure.v1 import Failure
from temporalio.client import WorkflowHistory
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes, PayloadConverter

from tests.workflows.all_scenarios import SCENARIOS, Scenario, world_of
from tests.workflows.stage import CONVERTER, Handle, Stage, open_stage, status_of
from tests.workflows.world import VERIFICATION, World
from workflows.addresses import verification_workflow_id

HISTORIES = Path(__file__).parent / "histories"
IRRELEVANT = {
    "identity",
    "requestId",
    "taskId",
    "workerVersion",
    "workerTaskReservedTime",
    "meteringMetadata",
    "historySizeBytes",
    "timeSkippingConfig",
}
"""What a replay does not read, and what would tell one recording from another for nothing."""


class _WithoutPlaces(DefaultFailureConverterWithEncodedAttributes):
    """Leaves the places of the recorder's code out of failures."""

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        super().to_failure(exception.with_traceback(None), payload_converter, failure)


async def record(name: str, play: Scenario, world: World) -> None:
    """Play a scenario to its end and write down the history of every workflow in it."""
    converter = replace(CONVERTER, failure_converter_class=_WithoutPlaces)
    async with open_stage(world, converter) as stage:
        await play(stage)
        await stage.action.result()
        for handle in await _workflows(stage):
            _write(name, await handle.fetch_history())


async def _workflows(stage: Stage) -> list[Handle]:
    rounds = [stage.action_child(sheet.request) for sheet in stage.world.sheets.values()]
    asking = stage.client.get_workflow_handle(verification_workflow_id(VERIFICATION))
    signing = [stage.sign_on, stage.later_sign_on]
    handles = [stage.action, asking, *signing, stage.receipts, stage.resending, stage.follow_up, *rounds]
    handles += [stage.digests] if stage.digests else []
    return [handle for handle in handles if await status_of(handle) is not None]


def _write(name: str, history: WorkflowHistory) -> None:
    folder = HISTORIES / name
    folder.mkdir(parents=True, exist_ok=True)
    tree = _relevant(history.to_json_dict())
    part = history.workflow_id.replace("/", "-")
    (folder / f"{part}.json").write_text(json.dumps(tree, separators=(",", ":")) + "\n")


def _relevant(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _relevant(value) for name, value in tree.items() if name not in IRRELEVANT}
    if isinstance(tree, list):
        return [_relevant(value) for value in tree]
    return tree


async def main(names: list[str]) -> None:
    """Record the named scenarios, or all."""
    for name in names or SCENARIOS:
        play, _plan = SCENARIOS[name]
        await record(name, play, world_of(name))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
