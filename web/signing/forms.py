"""What a partner posts from her page, and what keeps it from counting."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from models.vocabulary import SignatureVisibility

LONGEST_FIELD: Final = 200

SIGN, DECLINE = "sign", "decline"

Problems = Mapping[str, str]
"""What keeps a form from counting, by field."""

_Typed = Annotated[str, AfterValidator(str.strip)]


class SignForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others."""

    model_config = ConfigDict(frozen=True)

    answer: str = ""
    signer_name: _Typed = ""
    signer_role: _Typed = ""
    visibility: str = ""
    digest: str = ""
    follows: str = ""
    form_token: str = ""

    @property
    def written(self) -> dict[str, str]:
        """Return what the page shows again after a mistake."""
        kept = self.model_dump(include={"signer_name", "signer_role", "visibility"})
        return {field: value for field, value in kept.items() if value}

    def was_made_over(self, answer_id: UUID | None) -> bool:
        """Tell whether the page showed this answer as the one that counts, or that there was none."""
        return self.follows == (answer_id.hex if answer_id else "")


def problems_of(form: SignForm) -> dict[str, str]:
    """Name what keeps an answer to the text from counting, by field."""
    problems = {}
    if form.answer not in {SIGN, DECLINE}:
        problems["answer"] = "answer_invalid"
    problems |= _typed_problem("signer_name", form.signer_name, needed=True)
    problems |= _typed_problem("signer_role", form.signer_role, needed=form.answer != DECLINE)
    if form.visibility not in set(SignatureVisibility):
        problems["visibility"] = "visibility_invalid"
    return problems


def _typed_problem(field: str, value: str, *, needed: bool) -> dict[str, str]:
    if not value:
        return {field: f"{field}_missing"} if needed else {}
    if len(value) > LONGEST_FIELD or not value.isprintable():
        return {field: f"{field}_invalid"}
    return {}
