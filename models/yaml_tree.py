"""Reading a YAML file into the tree that JSON would give."""

import re
from typing import Any

import yaml

from models.problems import WHOLE_INPUT, InvalidInput, Problem

_BOOLEAN = "tag:yaml.org,2002:bool"
_READ_OTHERWISE = {_BOOLEAN, "tag:yaml.org,2002:timestamp"}


class _JsonLikeLoader(yaml.SafeLoader):
    """Leave dates, `on` and `NO` as the text they are (YAML 1.1 does not), and refuse a key given twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, form) for tag, form in resolvers if tag not in _READ_OTHERWISE]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_JsonLikeLoader.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|false)$"), ["t", "f"])


def read_yaml(text: str) -> object:
    """Read YAML as JSON values, raising InvalidInput that says where, not what, is not well formed."""
    field = WHOLE_INPUT
    try:
        return yaml.load(text, _JsonLikeLoader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        if error.problem_mark:
            field = f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}"
    except (yaml.YAMLError, ValueError, RecursionError):
        pass
    remedy = "Check the indentation, the quotes and that no field is given twice there."
    raise InvalidInput([Problem(field=field, rule="is not well-formed YAML", remedy=remedy)])


def write_yaml(tree: object) -> str:
    """Write JSON values as YAML that is read as the same ones."""
    written: str = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    return written
