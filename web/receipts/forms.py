"""What is posted from the page of an answer, and what keeps it from counting."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from web.signing.typed import Line, line_problem

DISOWN, CONFIRM = "disown", "confirm"

_SAID: Final = frozenset({DISOWN, CONFIRM})


class ReceiptForm(BaseModel):
    """A form as it was posted; missing fields are empty, and judged with the others."""

    model_config = ConfigDict(frozen=True)

    said: str = ""
    told_by: Line = ""
    about: str = ""
    form_token: str = ""

    def is_about(self, answer_id: UUID) -> bool:
        """Tell whether the page showed this answer."""
        return self.about == answer_id.hex


def problems_of(form: ReceiptForm) -> dict[str, str]:
    """Name what keeps it from counting, by field: a name must be typed, which no mail scanner does."""
    problems = {} if form.said in _SAID else {"said": "said_invalid"}
    told = "signer_name" if form.told_by else "told_by"
    return problems | line_problem("told_by", form.told_by, told)
