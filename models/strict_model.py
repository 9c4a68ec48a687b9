"""The base of every input format: frozen, no unknown field, all problems in one pass."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from models.problems import (
    InvalidInput,
    Location,
    Problem,
    all_refusals,
    problems_of,
    refusal,
    refused_at,
    reworded,
)

Item = TypeVar("Item")
Model = TypeVar("Model", bound="StrictModel")
Findings = Iterable[InitErrorDetails]

_LONGEST_COMPARED_NAME = 60


def on_as_written(tree: object) -> object:
    """Undo YAML 1.1, whose readers turn the key `on` into true, and JSON writers that into "true"."""
    if not isinstance(tree, Mapping) or "on" in tree:
        return tree
    return {"on" if key is True or key == "true" else key: value for key, value in tree.items()}


class StrictModel(BaseModel):
    """Refuse unknown fields by name, and report rules across fields along with every other problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Findings:
        """Find broken rules between parts of the raw tree, of which any part may itself be wrong."""
        _ = tree
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, tree: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        lines: list[InitErrorDetails] = []
        try:
            model = handler(tree)
        except ValidationError as error:
            lines = [cls._with_suggestion(line) for line in reworded(error)]
        if isinstance(tree, Mapping):
            lines += cls.across_fields(tree)
        if lines:
            raise all_refusals(cls.__name__, lines)
        return model

    @classmethod
    def _with_suggestion(cls, line: InitErrorDetails) -> InitErrorDetails:
        location = line.get("loc", ())
        name = location[0] if len(location) == 1 else None
        if not isinstance(name, str) or name in cls.model_fields:
            return line
        nearest = get_close_matches(name[:_LONGEST_COMPARED_NAME], cls.model_fields, n=1)
        known = ", ".join(cls.model_fields)
        remedy = f"Did you mean {nearest[0]}?" if nearest else f"Remove it; known here: {known}."
        return refused_at(location, "is not a known field", remedy)


@dataclass(frozen=True)
class Entry(Generic[Item]):
    """Hold one entry of a list: as it came, and as validated where it is valid."""

    index: int
    raw: object
    item: Item | None

    def says(self, field: str) -> object:
        """Return what the entry as it came holds in `field`."""
        return self.raw.get(field) if isinstance(self.raw, Mapping) else None


EntriesRule = Callable[[list[Entry[Item]], ValidationInfo], Findings]


def _only_lists(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise refusal("must be a list", "Write it as a list, even for one entry.")
    return value


OnlyLists = BeforeValidator(_only_lists)
"""Refuse sets, texts and iterators, which pydantic would take for a list."""


def across_entries(rule: EntriesRule[Item]) -> WrapValidator:
    """Apply a rule between the entries of a list even where some of them are wrong."""

    def validate(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        raw = _only_lists(value)
        lines: list[InitErrorDetails] = []
        try:
            items = handler(raw)
        except ValidationError as error:
            lines = reworded(error)
            items = [_valid_or_none(entry, handler) for entry in raw]
        entries = [Entry(index, *pair) for index, pair in enumerate(zip(raw, items, strict=True))]
        lines += rule(entries, info)
        if lines:
            raise all_refusals("list", lines)
        return items

    return WrapValidator(validate)


def _valid_or_none(entry: object, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler([entry])[0]
    except ValidationError:
        return None


def no_repeats(key: Callable[[Item], object], field: str | None = None) -> EntriesRule[Item]:
    """Refuse an entry whose key an earlier entry has; the problem is reported at the entry's `field`."""

    def rule(entries: list[Entry[Item]], _info: ValidationInfo) -> Iterator[InitErrorDetails]:
        seen: set[object] = set()
        for entry in entries:
            if entry.item is None:
                continue
            if key(entry.item) in seen:
                location: Location = (entry.index, field) if field else (entry.index,)
                yield refused_at(location, "is given twice", "Keep one of them.")
            seen.add(key(entry.item))

    return rule


def parse(model: type[Model], tree: object, context: Mapping[str, object] | None = None) -> Model:
    """Validate a tree of YAML or JSON, raising InvalidInput with all its problems.

    The error is raised outside of the `except` block, so that no traceback leads back to the input.
    """
    problems: tuple[Problem, ...] = ()
    try:
        return model.model_validate(tree, context=context)
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidInput(problems)
