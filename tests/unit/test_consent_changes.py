"""Whose consents are taken back, and for what: what a revocation may say, and how it is refused."""

import pytest

from models.consent_changes import LAST_POSITION, Revocation
from models.problems import InvalidInput
from models.strict_model import parse
from models.vocabulary import ConsentUse

NO_PERSON = (
    "person",
    "must be the number of a person, or all",
    'Write her number in the case, 0 for the first, or "all".',
)
NO_USE = (
    "use",
    "is not one of the known words",
    "Use name_to_authorities, name_in_public, photograph, mechanisms or all.",
)


@pytest.mark.parametrize(("person", "meant"), [(0, 0), (LAST_POSITION, LAST_POSITION), ("all", None)])
def test_a_person_is_named_by_her_number_or_with_all_others(person: object, meant: int | None) -> None:
    assert parse(Revocation, {"person": person, "use": "all"}) == Revocation.model_construct(
        person=meant, use=None
    )


@pytest.mark.parametrize("use", ConsentUse)
def test_a_use_is_named_by_its_word(use: ConsentUse) -> None:
    assert parse(Revocation, {"person": "all", "use": use.value}).use is use


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        *(({"person": person}, NO_PERSON) for person in (-1, LAST_POSITION + 1, True, "0", 0.5, None)),
        *(({"use": use}, NO_USE) for use in ("everything", "ALL", 1, None, ["all"])),
    ],
)
def test_anything_else_is_refused_with_what_may_be_written(
    changes: dict[str, object], problem: tuple[str, str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(Revocation, {"person": 0, "use": "all", **changes})
    assert [(one.field, one.rule, one.remedy) for one in refused.value.problems] == [problem]
