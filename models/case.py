"""The case format: one urgent action as a coordinator hands it in (examples/case-format.yaml)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer
from pydantic_core import InitErrorDetails

from models.case_escalation import EscalationStep, misplaced_steps
from models.case_parts import (
    Event,
    FollowUp,
    Release,
    RiskAssessment,
    Source,
    Target,
    Text,
)
from models.case_people import PersonAtRisk
from models.case_sign_on import SignOn
from models.problems import Location, refused_at
from models.scalars import LATEST_DAY, Language, Line, Localised, is_language, latest_day_anywhere
from models.strict_model import OnlyLists, StrictModel, across_entries, no_repeats, parse
from models.vocabulary import Concern, Urgency

_IN_EVERY_LANGUAGE = (
    "texts",
    "demands.*",
    "people_at_risk.*.role",
    "targets.*.office",
    "targets.*.salutation",
)


class CaseFile(StrictModel):
    """One urgent action, complete: what the file holds and POST /api/v1/actions takes."""

    title: Line
    concerns: Annotated[
        tuple[Concern, ...], Field(min_length=1), across_entries(no_repeats(lambda concern: concern))
    ]
    urgency: Urgency
    languages: Annotated[
        tuple[Language, ...],
        Field(min_length=1, max_length=20),
        across_entries(no_repeats(lambda code: code)),
    ]
    event: Event
    people_at_risk: Annotated[tuple[PersonAtRisk, ...], OnlyLists, Field(min_length=1, max_length=200)]
    sources: Annotated[tuple[Source, ...], OnlyLists, Field(min_length=1, max_length=200)]
    risk_assessment: RiskAssessment
    demands: Annotated[tuple[Localised, ...], OnlyLists, Field(min_length=1, max_length=50)]
    texts: Annotated[
        Mapping[Language, Text],
        Field(min_length=1, max_length=20),
        AfterValidator(MappingProxyType),
        PlainSerializer(dict, return_type=dict[str, Text]),
    ]
    targets: Annotated[tuple[Target, ...], OnlyLists, Field(min_length=1, max_length=500)]
    sign_on: SignOn | None = None
    release: Release
    follow_up: FollowUp
    escalation: Annotated[tuple[EscalationStep, ...], Field(min_length=1, max_length=20)] | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find texts that lack a language of the action, languages that it lacks, and steps to nobody."""
        yield from misplaced_steps(tree)
        languages = _languages(tree)
        for pattern in _IN_EVERY_LANGUAGE if languages else ():
            yield from _missing_languages(tree, pattern, languages)
        for location, language in _foreign_languages(tree) if languages else ():
            if language not in languages:
                remedy = "Add it to `languages` with all its texts, or choose one of those."
                yield refused_at(location, "must be one of the languages of the action", remedy)


def parse_case(tree: object, *, latest_day: date | None = None) -> CaseFile:
    """Read a case from a tree of YAML or JSON, raising InvalidInput with all its problems.

    `latest_day` is the last day that is not in the future, by the clock where it is not given.
    """
    return parse(CaseFile, tree, {LATEST_DAY: latest_day or latest_day_anywhere()})


def canonical_tree(case: CaseFile) -> dict[str, Any]:
    """Return the case as JSON values in canonical form, which parse to the same case."""
    return case.model_dump(mode="json")


def _languages(tree: Mapping[object, object]) -> tuple[str, ...]:
    given = tree.get("languages")
    codes = given if isinstance(given, list | tuple) else ()
    return tuple(dict.fromkeys(code for code in codes if isinstance(code, str) and is_language(code)))


def _missing_languages(
    tree: Mapping[object, object], pattern: str, languages: Iterable[str]
) -> Iterator[InitErrorDetails]:
    remedy = "Add it, or take the language out of `languages`."
    for location, texts in _places(tree, tuple(pattern.split("."))):
        given = set(texts) if isinstance(texts, Mapping) else set(languages)
        for language in languages:
            if language not in given:
                yield refused_at((*location, language), "is required in every language of the action", remedy)


def _foreign_languages(tree: Mapping[object, object]) -> Iterator[tuple[Location, str]]:
    texts = tree.get("texts")
    named: list[tuple[Location, object]] = list(_places(tree, ("targets", "*", "language")))
    if isinstance(texts, Mapping):
        named += [(("texts", code), code) for code in texts]
    for location, code in named:
        if isinstance(code, str) and is_language(code):
            yield location, code


def _places(tree: object, pattern: tuple[str, ...], at: Location = ()) -> Iterator[tuple[Location, object]]:
    if not pattern:
        yield at, tree
    elif pattern[0] == "*":
        for index, entry in enumerate(tree if isinstance(tree, list | tuple) else ()):
            yield from _places(entry, pattern[1:], (*at, index))
    elif isinstance(tree, Mapping) and pattern[0] in tree:
        yield from _places(tree[pattern[0]], pattern[1:], (*at, pattern[0]))
