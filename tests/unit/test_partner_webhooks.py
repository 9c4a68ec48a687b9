"""The events that partners' systems are told, and the schema that is published of them."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from models.partner_webhooks import (
    ActionStopped,
    AddendumData,
    ListedSignatory,
    NoticeData,
    StatementAddendum,
    StatementData,
    StatementReleased,
    as_json,
    schema_text,
)
from tests.conftest import ROOT
from tests.partner_schema import PUBLISHED, SCHEMA

AT = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
ABOUT = {
    "delivery_id": UUID(int=7),
    "reference": "UA-2026-014",
    "index": "UA-2026-014/1",
    "title": "Acción ✊",
    "statement_language": "pt-BR",
    "digest": "9f" * 32,
}
TEXT = {**ABOUT, "summary": "S", "body": "**B**", "background": None, "demands": ["D"]}
LISTED = [ListedSignatory(name="Red Ñuiñé", country="MX")]
EVENTS: dict[str, StatementReleased | StatementAddendum | ActionStopped] = {
    "statement.released": StatementReleased(
        timestamp=AT,
        data=StatementData.model_validate(
            {**TEXT, "signatories": LISTED, "unnamed_signatories": 0, "organisations": 1}
        ),
    ),
    "statement.addendum": StatementAddendum(
        timestamp=AT, data=AddendumData.model_validate({**ABOUT, "added": LISTED, "gone": []})
    ),
    "action.stopped": ActionStopped(timestamp=AT, data=NoticeData.model_validate(TEXT)),
}


def sent(kind: str) -> dict[str, Any]:
    return as_json(EVENTS[kind])


def test_the_published_schema_is_the_one_of_the_code() -> None:
    write = "python -m models.partner_webhooks > docs/partner-api/events.schema.json"
    assert PUBLISHED.read_text() == schema_text(), f"write it anew: {write}"
    Draft202012Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_fits_the_schema_and_says_what_it_is(kind: str) -> None:
    event = sent(kind)
    SCHEMA.validate(event)
    assert (event["type"], event["version"], event["timestamp"]) == (kind, 1, "2026-11-29T12:30:00Z")
    assert json.loads(json.dumps(event)) == event


def without_each(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(tree, dict):
            yield (*path, key)
        if isinstance(value, dict | list):
            yield from without_each(value, (*path, key))


@pytest.mark.parametrize("wrong", ["missing", "of another type"])
@pytest.mark.parametrize("kind", EVENTS)
def test_no_field_may_be_missing_or_of_another_type(kind: str, wrong: str) -> None:
    paths = list(without_each(sent(kind)))
    assert ("data", "digest") in paths
    for path in paths:
        event = deepcopy(sent(kind))
        inner: Any = event
        for key in path[:-1]:
            inner = inner[key]
        if wrong == "missing":
            del inner[path[-1]]
        else:
            inner[path[-1]] = 7.5
        assert not SCHEMA.is_valid(event), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("type",), "action.reopened"),
        (("timestamp",), "yesterday"),
        (("data", "digest"), "9F" * 32),
        (("data", "digest"), "9f" * 31),
    ],
)
def test_a_value_that_means_something_else_does_not_fit(path: tuple[str, ...], value: object) -> None:
    event = sent("statement.released")
    inner: Any = event["data"] if path[0] == "data" else event
    inner[path[-1]] = value
    assert not SCHEMA.is_valid(event)


def test_a_field_that_a_later_release_adds_does_not_break_a_receiver() -> None:
    event = sent("statement.released")
    event["later"] = event["data"]["later"] = {"some": "thing"}
    assert SCHEMA.is_valid(event)


def test_the_examples_of_the_manual_fit_the_schema() -> None:
    manual = (ROOT / "docs" / "partner-api.md").read_text()
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", manual, re.DOTALL)]
    assert {one["type"] for one in examples} == set(EVENTS)
    for example in examples:
        SCHEMA.validate(example)
