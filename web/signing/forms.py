"""What a partner posts from her page, and what keeps it from counting."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from models.vocabulary import SignatureVisibility

LONGEST_FIELD: Final = 200
LONGEST_REASON: Final = 2_000

SIGN, DECLINE, WITHDRAW = "sign", "decline", "withdraw"

Problems = Mapping[str, str]
"""What keeps a form from counting, by field."""


def _as_kept(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


_Typed = Annotated[str, AfterValidator(str.strip)]
_Reason = Annotated[str, AfterValidator(_as_kept)]


class SignForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others.

    A page may hold two forms, so each has fields of its own for who answers and why.
    """

    model_config = ConfigDict(frozen=True)

    answer: str = ""
    signer_name: _Typed = ""
    signer_role: _Typed = ""
    visibility: str = ""
    reason: _Reason = ""
    withdrawn_by: _Typed = ""
    withdrawn_because: _Reason = ""
    digest: str = ""
    follows: str = ""
    form_token: str = ""

    @property
    def written(self) -> dict[str, str]:
        """Return what the page shows again after a mistake."""
        kept = self.model_dump(exclude={"answer", "digest", "follows", "form_token"})
        return {field: value for field, value in kept.items() if value}

    @property
    def digest_read(self) -> bytes:
        """Return the digest of the text that the page showed; empty where it is none."""
        try:
            return bytes.fromhex(self.digest)
        except ValueError:
            return b""

    def was_made_over(self, answer_id: UUID | None) -> bool:
        """Tell whether the page showed this answer as the one that counts, or that there was none."""
        return self.follows == (answer_id.hex if answer_id else "")


def problems_of_answer(form: SignForm) -> dict[str, str]:
    """Name what keeps an answer to the text from counting, by field."""
    problems = {}
    if form.answer not in {SIGN, DECLINE}:
        problems["answer"] = "answer_invalid"
    problems |= _typed_problem("signer_name", form.signer_name, "signer_name")
    if form.signer_role or form.answer != DECLINE:
        problems |= _typed_problem("signer_role", form.signer_role, "signer_role")
    if form.visibility not in set(SignatureVisibility):
        problems["visibility"] = "visibility_invalid"
    return problems | _reason_problem("reason", form.reason)


def problems_of_withdrawal(form: SignForm) -> dict[str, str]:
    """Name what keeps a signature from being taken back, by field."""
    named = _typed_problem("withdrawn_by", form.withdrawn_by, "signer_name")
    return named | _reason_problem("withdrawn_because", form.withdrawn_because)


def _typed_problem(field: str, value: str, told: str) -> dict[str, str]:
    if not value:
        return {field: f"{told}_missing"}
    if len(value) > LONGEST_FIELD or not value.isprintable():
        return {field: f"{told}_invalid"}
    return {}


def _reason_problem(field: str, value: str) -> dict[str, str]:
    is_plain = all(letter.isprintable() or letter == "\n" for letter in value)
    return {} if is_plain and len(value) <= LONGEST_REASON else {field: "answer_reason_invalid"}
