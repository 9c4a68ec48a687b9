"""The published schema of what partners' systems are told, as a judge that also reads moments and UUIDs."""

import json
from datetime import datetime
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

PUBLISHED = Path(__file__).parents[1] / "docs" / "partner-api" / "events.schema.json"
_FORMATS = FormatChecker(["uuid"])


@_FORMATS.checks("date-time", ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


SCHEMA = Draft202012Validator(json.loads(PUBLISHED.read_text()), format_checker=_FORMATS)
