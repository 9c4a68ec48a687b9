"""Today's workflows must take up the actions that yesterday's left under way.

Where a test here fails after a change of a workflow, keep the old path behind `workflow.patched()`; a new
recording would only hide that installing the change breaks every action that is running.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from assembly import WORKFLOWS
from tests.replay.changed_workflows import CHANGED_WORKFLOWS
from tests.replay.record_histories import HISTORIES, IRRELEVANT
from tests.workflows.all_scenarios import SCENARIOS
from tests.workflows.forgetful import ForgetfulAction, ForgetfulFollowUp
from tests.workflows.stage import CONVERTER
from workflows.follow_up import FollowUpWorkflow
from workflows.urgent_action import UrgentActionWorkflow

MOST_BYTES = 100_000

FILES = sorted(HISTORIES.glob("*/*.json"))
KINDS = {kind.__name__: kind for kind in WORKFLOWS}


def kind_of(file: Path) -> str:
    """Return the type of the workflow whose history a file holds."""
    started = json.loads(file.read_text())["events"][0]["workflowExecutionStartedEventAttributes"]
    return str(started["workflowType"]["name"])


def by_kind() -> dict[str, list[Path]]:
    found = defaultdict(list)
    for file in FILES:
        found[kind_of(file)].append(file)
    return found


def replayer(*workflows: type[Any]) -> Replayer:
    return Replayer(workflows=workflows, data_converter=CONVERTER)


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_recorded_path_replays(scenario: str) -> None:
    files = sorted((HISTORIES / scenario).glob("*.json"))
    assert files, f"record it: python -m tests.replay.record_histories {scenario}"
    for file in files:
        await replayer(*WORKFLOWS).replay_workflow(history(file))


@pytest.mark.parametrize("changed", CHANGED_WORKFLOWS, ids=lambda kind: kind.__name__)
async def test_a_workflow_whose_steps_changed_does_not_replay(changed: type[Any]) -> None:
    files = by_kind()[changed.__mro__[1].__name__]
    assert files
    for file in files:
        with pytest.raises(NondeterminismError):
            await replayer(changed).replay_workflow(history(file))


def follows_another(file: Path) -> bool:
    """Tell whether the run whose history a file holds goes on from an earlier one."""
    started = json.loads(file.read_text())["events"][0]["workflowExecutionStartedEventAttributes"]
    return bool(started.get("continuedExecutionRunId"))


@pytest.mark.parametrize(
    ("scenario", "kind", "forgetful"),
    [
        ("followed_for_long", FollowUpWorkflow, ForgetfulFollowUp),
        ("carried_over", UrgentActionWorkflow, ForgetfulAction),
    ],
)
async def test_what_goes_on_from_an_earlier_run_replays_and_not_without_what_that_left(
    scenario: str, kind: type[Any], forgetful: type[Any]
) -> None:
    files = [one for one in by_kind()[kind.__name__] if one.parent.name == scenario]
    (file,) = filter(follows_another, files)
    await replayer(kind).replay_workflow(history(file))
    with pytest.raises(NondeterminismError):
        await replayer(forgetful).replay_workflow(history(file))


def test_every_workflow_has_histories_and_a_negative_control() -> None:
    assert by_kind().keys() == KINDS.keys()
    assert {changed.__mro__[1] for changed in CHANGED_WORKFLOWS} == set(WORKFLOWS)


def test_every_history_belongs_to_a_scenario_that_can_be_recorded_again() -> None:
    assert {file.parent.name for file in FILES} == SCENARIOS.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_history_is_small_encrypted_and_says_nothing_of_the_machine_it_was_made_on(file: Path) -> None:
    text = file.read_text()
    assert len(text) < MOST_BYTES
    payloads = list(_payloads(json.loads(text)))
    assert payloads
    assert {payload["metadata"]["encoding"] for payload in payloads} == {"YmluYXJ5L2VuY3J5cHRlZA=="}
    assert not any(f'"{name}":' in text for name in IRRELEVANT)
    assert '"stackTrace"' not in text


def _payloads(tree: Any) -> Any:
    """Find the payloads; the names of patches, which the server and its search read, are in clear."""
    if isinstance(tree, dict):
        if "metadata" in tree:
            yield tree
        for name, value in tree.items():
            if name not in {"patch-data", "TemporalChangeVersion"}:
                yield from _payloads(value)
    if isinstance(tree, list):
        for value in tree:
            yield from _payloads(value)
