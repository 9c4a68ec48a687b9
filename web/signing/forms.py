"""What a partner posts from her page, and what keeps it from counting."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models.vocabulary import SignatureVisibility
from web.signing.typed import Line, Prose, line_problem, prose_problem

LONGEST_REASON: Final = 2_000

SIGN, DECLINE, WITHDRAW, CONFIRM = "sign", "decline", "withdraw", "confirm"

Problems = Mapping[str, str]
"""What keeps a form from counting, by field."""


class SignForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others.

    A page may hold several forms, so each has fields of its own for who answers and why.
    """

    model_config = ConfigDict(frozen=True)

    answer: str = ""
    signer_name: Line = ""
    signer_role: Line = ""
    visibility: str = ""
    reason: Prose = ""
    withdrawn_by: Line = ""
    withdrawn_because: Prose = ""
    confirmed_by: Line = ""
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
    problems |= line_problem("signer_name", form.signer_name, "signer_name")
    if form.signer_role or form.answer != DECLINE:
        problems |= line_problem("signer_role", form.signer_role, "signer_role")
    if form.visibility not in set(SignatureVisibility):
        problems["visibility"] = "visibility_invalid"
    return problems | prose_problem("reason", form.reason, "answer_reason", LONGEST_REASON)


def problems_of_withdrawal(form: SignForm) -> dict[str, str]:
    """Name what keeps a signature from being taken back, by field."""
    named = line_problem("withdrawn_by", form.withdrawn_by, "signer_name")
    return named | prose_problem("withdrawn_because", form.withdrawn_because, "answer_reason", LONGEST_REASON)


def problems_of_confirmation(form: SignForm) -> dict[str, str]:
    """Name what keeps a doubted signature from being confirmed: no mail scanner types a name."""
    told = "signer_name" if form.confirmed_by else "told_by"
    return line_problem("confirmed_by", form.confirmed_by, told)
