"""Bodies to which a case can be submitted, and what a draft for them is written as."""

from enum import StrEnum


class Mechanism(StrEnum):
    """A body to which a case can be submitted by a form of its own."""

    SPECIAL_PROCEDURES = "special_procedures"
    """The special procedures of the UN Human Rights Council, such as the Special Rapporteur on defenders."""
    IACHR = "iachr"
    """The Inter-American Commission on Human Rights, which is asked for precautionary measures."""
    CED = "ced"
    """The UN Committee on Enforced Disappearances, which is asked for urgent action."""


class DraftFormat(StrEnum):
    """What a draft is written as."""

    PDF = "pdf"
    """As it would look on paper."""
    DOCX = "docx"
    """To go on writing in."""
    MD = "md"
    """Markdown, to copy from into an online form."""
