"""What is wrong with an input: every field at once, in plain words, never what was typed."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Location = tuple[str | int, ...]

WHOLE_INPUT = "(whole input)"
"""The field of a problem that no single field has."""

_REFUSED = "refused"
_LONGEST_NAME = 60


class Problem(BaseModel):
    """Say which field breaks which rule and how to mend it."""

    model_config = ConfigDict(frozen=True)

    field: str
    rule: str
    remedy: str


class InvalidInput(Exception):  # noqa: N818 - the name says what was found, callers answer it, they do not crash on it
    """Carry all the problems of one input; its text lists fields and rules only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "; ".join(f"{problem.field} {problem.rule}" for problem in self.problems)


class Words(NamedTuple):
    """Hold the plain words for one kind of mistake."""

    rule: str
    remedy: str


def refusal(rule: str, remedy: str) -> PydanticCustomError:
    """Build the error that a validator raises for a broken rule; neither text may hold the input."""
    return PydanticCustomError(_REFUSED, "{rule}", {"rule": rule, "remedy": remedy})


def refused_at(location: Location, rule: str, remedy: str) -> InitErrorDetails:
    """Build the same error for a field below the one that is being validated."""
    return InitErrorDetails(type=refusal(rule, remedy), loc=location, input=None)


def reworded(error: ValidationError) -> list[InitErrorDetails]:
    """Turn each line of a validation error into a refusal, which forgets the input."""
    return [refused_at(location, *words) for location, words in _lines(error)]


def all_refusals(title: str, lines: list[InitErrorDetails]) -> ValidationError:
    """Join refusals into one error; pydantic puts the outer path before each."""
    return ValidationError.from_exception_data(title, lines, hide_input=True)


def problems_of(error: ValidationError, prefix: str = "") -> tuple[Problem, ...]:
    """List the problems of a validation error, each with its dotted path below `prefix`."""
    return tuple(
        Problem(field=path_of(location, prefix), rule=words.rule, remedy=words.remedy)
        for location, words in _lines(error)
    )


def _lines(error: ValidationError) -> Iterable[tuple[Location, Words]]:
    lines = error.errors(include_url=False, include_input=False)
    above = {line["loc"][:depth] for line in lines for depth in range(len(line["loc"]))}
    for line in lines:
        only_wrong_entries = line["type"] == "too_short" and line["loc"] in above
        if not only_wrong_entries:  # pydantic counts the valid entries of a tuple only
            yield line["loc"], _words(line["type"], line.get("ctx", {}))


def _words(kind: str, context: Mapping[str, object]) -> Words:
    if kind == _REFUSED:
        return Words(str(context["rule"]), str(context["remedy"]))
    if kind in _COUNTED:
        return _COUNTED[kind](context)
    return _PLAIN.get(kind, Words("is not valid", "Correct it; the format is in examples/case-format.yaml."))


def path_of(location: Location, prefix: str = "") -> str:
    """Return the dotted path of a field below `prefix`; names that strangers gave are made printable."""
    names = [_printable(str(name)) for name in location if name != "[key]"]
    return ".".join([prefix, *names] if prefix else names) or WHOLE_INPUT


def _printable(name: str) -> str:
    shown = "".join(character if character.isprintable() else "?" for character in name[:_LONGEST_NAME])
    return shown if len(name) <= _LONGEST_NAME else f"{shown}…"


def _not_a_mapping() -> Words:
    return Words("must be a mapping of fields", "Write it as `field: value` pairs.")


_PLAIN: dict[str, Words] = {
    "missing": Words("is required", "Add it."),
    "extra_forbidden": Words("is not a known field", "Remove it or correct its name."),
    "invalid_key": Words("is not a known field", "Remove it or correct its name."),
    "string_type": Words("must be text", "Write text; put it in quotes if it looks like a number or yes/no."),
    "string_unicode": Words("must be valid Unicode text", "Retype it; it was damaged on its way."),
    "string_too_short": Words("must not be empty", "Write it, or leave the field out where it is optional."),
    "int_type": Words("must be a whole number", "Write digits only, without quotes."),
    "bool_type": Words("must be true or false", "Write true or false, without quotes."),
    "tuple_type": Words("must be a list", "Write it as a list, even for one entry."),
    "list_type": Words("must be a list", "Write it as a list, even for one entry."),
    "dict_type": _not_a_mapping(),
    "mapping_type": _not_a_mapping(),
    "model_type": _not_a_mapping(),
    "model_attributes_type": _not_a_mapping(),
}

_COUNTED: dict[str, Callable[[Mapping[str, object]], Words]] = {
    "string_too_long": lambda of: Words(f"must have at most {of['max_length']} characters", "Shorten it."),
    "too_short": lambda of: Words(f"must have at least {of['min_length']} entries", "Add what is missing."),
    "too_long": lambda of: Words(f"must have at most {of['max_length']} entries", "Shorten the list."),
    "greater_than_equal": lambda of: Words(f"must be at least {of['ge']}", "Write a larger number."),
    "less_than_equal": lambda of: Words(f"must be at most {of['le']}", "Write a smaller number."),
    "enum": lambda of: Words("is not one of the known words", f"Use {of['expected']}."),
    "literal_error": lambda of: Words("is not one of the known words", f"Use {of['expected']}."),
}
