"""Reading a JSON file, in which no key may stand twice."""

import json
from typing import Any, Final

from models.problems import WHOLE_INPUT, InvalidInput, Problem

_REMEDY: Final = "Check the quotes, the commas and that no field is given twice there."


def read_json(text: str) -> object:
    """Read JSON, raising InvalidInput that says where, not what, is not well formed."""
    field = WHOLE_INPUT
    try:
        tree: object = json.loads(text, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        field = f"line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        pass
    else:
        return tree
    raise InvalidInput([Problem(field=field, rule="is not well-formed JSON", remedy=_REMEDY)])


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise ValueError
    return tree
