"""Mechanisms: bodies to which a case can be submitted, and by whose procedures offices answer."""

from enum import StrEnum


class Mechanism(StrEnum):
    """A body to which a case can be submitted, and by whose procedure a target answers."""

    UN_SPECIAL_PROCEDURES = "un_special_procedures"
    """The special procedures of the UN Human Rights Council, such as the Special Rapporteur on defenders."""
    IACHR = "iachr"
    """The Inter-American Commission: precautionary measures (article 25 of its rules of procedure)."""
    CED = "ced"
    """The UN Committee on Enforced Disappearances: urgent actions (article 30 of its convention)."""


class DraftFormat(StrEnum):
    """What a draft is written as."""

    PDF = "pdf"
    """As it would look on paper."""
    DOCX = "docx"
    """To go on writing in."""
    MD = "md"
    """Markdown, to copy from into an online form."""
