"""Whom a document asks to sign: as the case says it, and as a later document of it says it anew."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictBool, StrictInt, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails

from models.case_parts import increasing
from models.problems import InvalidInput, Problem, refusal, refused_at
from models.scalars import Duration, Slug
from models.strict_model import OnlyLists, StrictModel, across_entries, parse
from models.vocabulary import ReleasePolicy

_REMEDY: Final = "Write it as a case does: examples/case-format.yaml shows how."


class PartnerSelection(StrictModel):
    """Which partners are invited: those of the groups, or those listed."""

    groups: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=500)] | None = None
    ids: Annotated[tuple[Slug, ...], OnlyLists, Field(min_length=1, max_length=500)] | None = None

    @classmethod
    def across_fields(cls, tree: Mapping[object, object]) -> Iterator[InitErrorDetails]:
        """Find a choice by both or by neither."""
        named = [field for field in cls.model_fields if tree.get(field) is not None]
        if len(named) != 1:
            yield refused_at((), "must name either groups or ids", "Write one of them, or `partners: all`.")


def _partner_choice(
    value: object, _handler: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Literal["all"] | PartnerSelection:
    """Read the choice without pydantic's union, which would report the problems of both forms."""
    if value == "all":
        return "all"
    if not isinstance(value, Mapping | PartnerSelection):
        raise refusal(
            "must be all, or name groups or ids", "Write `all`, `{groups: [...]}` or `{ids: [...]}`."
        )
    return PartnerSelection.model_validate(value, context=info.context)


_Partners = Annotated[Literal["all"] | PartnerSelection, WrapValidator(_partner_choice)]
_Quorum = Annotated[StrictInt, Field(ge=1, le=100_000)]
_Reminders = Annotated[
    tuple[Duration, ...],
    Field(max_length=50),
    across_entries(lambda entries, info: increasing(entries, info, "closes_after")),
]


class DocumentSignOn(StrictModel):
    """Whom to ask for a signature, and for how long; offsets count from the invitation."""

    partners: _Partners
    quorum: _Quorum
    closes_after: Duration
    release: ReleasePolicy
    remind_after: _Reminders


class SignOn(DocumentSignOn):
    """What a case says of it; whether recipients are told who left a list holds for all its documents."""

    tell_withdrawals: StrictBool = False


class LaterSignOn(StrictModel):
    """That partners are asked to sign a later document too, and for how long; the rest is as in the case."""

    partners: _Partners | None = None
    quorum: _Quorum | None = None
    closes_after: Duration
    release: ReleasePolicy | None = None
    remind_after: _Reminders | None = None

    def whole(self, of_case: Mapping[str, Any] | None) -> DocumentSignOn:
        """Take what is left out from the sign-on of the case: of its reminders those that fall into the time.

        Raises:
            InvalidInput: a problem for each field that is left out though the case itself has no sign-on.
        """
        said = {field: value for field, value in self if value is not None}
        if not of_case:
            self._refuse_left_out()
            return DocumentSignOn.model_construct(**{"remind_after": (), **said})
        before = parse(SignOn, of_case)
        reminders = tuple(one for one in before.remind_after if one < self.closes_after)
        known = {field: getattr(before, field) for field in DocumentSignOn.model_fields}
        return DocumentSignOn.model_construct(**{**known, "remind_after": reminders, **said})

    def _refuse_left_out(self) -> None:
        problems = [
            Problem(field=f"sign_on.{field}", rule="is required: the case has no sign-on", remedy=_REMEDY)
            for field in ("partners", "quorum", "release")
            if getattr(self, field) is None
        ]
        if problems:
            raise InvalidInput(problems)
