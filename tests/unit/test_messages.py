import inspect
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from temporalio.activity import _Definition as ActivityDefinition
from temporalio.workflow import _Definition as WorkflowDefinition

import models
from activities import references
from assembly import WORKFLOWS
from models.lifecycle import Phase, Refusal, Standing
from models.messages import ActionRef, CaseFacts, CaseState, DispatchOutcome, Message

MODULES_OF_MESSAGES = [
    found.name for found in iter_modules(models.__path__, "models.") if found.name.endswith("messages")
]
MESSAGES = [
    kind
    for module in map(import_module, MODULES_OF_MESSAGES)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, Message) and kind.__module__ == module.__name__ and kind is not Message
]
OPAQUE = (UUID, Enum, bool, int, timedelta, datetime, BaseModel)
"""What may cross the Temporal boundary."""


def leaves(annotation: Any) -> set[type]:
    """List the types that an annotation is made of."""
    if get_origin(annotation) in {Union, UnionType, tuple, dict}:
        parts = [part for part in get_args(annotation) if part not in {type(None), Ellipsis}]
        return set().union(*(leaves(part) for part in parts))
    return {annotation}


def crossing() -> set[type]:
    """List what the activities, workflows and their handlers take and return."""
    kinds = (getattr(references, name) for name in dir(references) if name.endswith("Activities"))
    methods = [method for kind in kinds for _, method in inspect.getmembers(kind, inspect.isfunction)]
    activities = [known for method in methods if (known := ActivityDefinition.from_callable(method))]
    found = [(activity.arg_types, activity.ret_type) for activity in activities]
    for workflow in (WorkflowDefinition.must_from_class(kind) for kind in WORKFLOWS):
        found.append((workflow.arg_types, workflow.ret_type))
        found += [(update.arg_types, update.ret_type) for update in workflow.updates.values()]
        found += [(query.arg_types, query.ret_type) for query in workflow.queries.values()]
        found += [(signal.arg_types, None) for signal in workflow.signals.values()]
    types = {kind for arguments, _ in found for kind in arguments or ()}
    some = {kind for kind in types | {result for _, result in found} if kind not in {None, type(None)}}
    return set().union(*map(leaves, some))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_message_holds_only_ids_enums_counts_and_times(kind: type[Message]) -> None:
    for name, field in kind.model_fields.items():
        for leaf in leaves(field.annotation):
            assert issubclass(leaf, OPAQUE) or (name, leaf) == ("reference", str), (name, leaf)


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
def test_a_message_cannot_be_changed_or_extended(kind: type[Message]) -> None:
    assert kind.model_config["frozen"]
    assert kind.model_config["extra"] == "forbid"


def test_nothing_but_messages_crosses_the_temporal_boundary() -> None:
    found = crossing()
    assert {ActionRef, DispatchOutcome, CaseState} <= found
    assert found <= set(MESSAGES)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        ActionRef.model_validate({"action_id": UUID(int=1), "reference": "UA-2026-014", "title": "x"})


def test_a_state_survives_the_journey_to_temporal_and_back() -> None:
    released_at = datetime(2026, 11, 22, tzinfo=UTC)
    state = CaseState(phase=Phase.RELEASING, facts=CaseFacts(on_hold=True), released_at=released_at)
    assert CaseState.model_validate_json(state.model_dump_json()) == state


def test_a_decision_is_judged_by_phase_hold_and_what_is_lacking() -> None:
    facts = CaseFacts(on_hold=True, lacking=(Refusal.SOURCES_MISSING,))
    state = CaseState(phase=Phase.SIGNING, facts=facts)
    assert state.standing == Standing(Phase.SIGNING, on_hold=True, lacking=(Refusal.SOURCES_MISSING,))
