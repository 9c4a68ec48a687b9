"""Whether a text fits the page on which partners sign it: it must open on a phone with a bad connection."""

from collections.abc import Iterable
from typing import Final

from models.documents import DocumentText
from models.problems import InvalidInput, Problem
from templates.markdown import to_html

LARGEST_TEXT_BYTES: Final = 14_000
"""Of a text in one language, as its page holds it; some 2,000 words in Latin letters.

A page of 60 KB has room for it beside a logo (16 KB), who signed (`most` in `_signatories.html`), what
changed (`LONGEST_SHOWN` in `web/signing/changes.py`), and all else.
"""


def refuse_heavy(texts: Iterable[DocumentText]) -> None:
    """Refuse texts that would make the page too large.

    Raises:
        InvalidInput: a problem for each language.
    """
    problems = [
        Problem(
            field=f"texts.{text.language}",
            rule=f"is too long for the page to sign: {weight} bytes as shown, at most {LARGEST_TEXT_BYTES}",
            remedy="Shorten body and background, and link to the rest: it must open on a bad connection.",
        )
        for text in texts
        if (weight := weight_of(text)) > LARGEST_TEXT_BYTES
    ]
    if problems:
        raise InvalidInput(problems)


def weight_of(text: DocumentText) -> int:
    """Count the bytes of a text as the page holds it."""
    parts = [text.headline, text.summary, *text.demands, to_html(text.body), to_html(text.background or "")]
    return sum(len(part.encode()) for part in parts)
