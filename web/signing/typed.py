"""What is judged alike wherever somebody types it on a partner's page."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, TypeAdapter, ValidationError

from models.addresses import EmailAddress

LONGEST_LINE: Final = 200

_LEADS_SOMEWHERE: Final = re.compile(r"[/@\\:]|\w\.\w{2}")
_EMAIL: Final = TypeAdapter[str](EmailAddress)


def _as_kept(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


Line = Annotated[str, AfterValidator(str.strip)]
Prose = Annotated[str, AfterValidator(_as_kept)]


def line_problem(field: str, value: str, told: str) -> dict[str, str]:
    """Name what is wrong with a line that is needed; `told` is whose sentence the page says."""
    if not value:
        return {field: f"{told}_missing"}
    if len(value) > LONGEST_LINE or not value.isprintable():
        return {field: f"{told}_invalid"}
    return {}


def name_problem(field: str, value: str, told: str) -> dict[str, str]:
    """Name what is wrong with a name that a mail of ours will carry: it must not lead anywhere."""
    if _LEADS_SOMEWHERE.search(value):
        return {field: "name_leads_somewhere"}
    return line_problem(field, value, told)


def prose_problem(field: str, value: str, told: str, longest: int, shortest: int = 0) -> dict[str, str]:
    """Name what is wrong with a text of some lines."""
    is_plain = all(letter.isprintable() or letter == "\n" for letter in value)
    if len(value) < shortest:
        return {field: f"{told}_missing"}
    return {} if is_plain and len(value) <= longest else {field: f"{told}_invalid"}


def email_of(typed: str) -> str | None:
    """Return a mail address in its canonical form; None where it is none."""
    try:
        return _EMAIL.validate_python(typed)
    except ValidationError:
        return None
