"""What messages say of a document, and of who signed it."""

from activities.drafts import Draft
from models.documents import DocumentText


def text_for(draft: Draft) -> DocumentText:
    """Return the text that a message says."""
    return draft.contents.texts[draft.delivery.language]


def text_context(draft: Draft) -> dict[str, object]:
    """Say what a text says."""
    text = text_for(draft)
    return {
        "index": draft.contents.index,
        "title": text.headline,
        "summary": text.summary,
        "body": text.body,
        "background": text.background,
        "demands": text.demands,
        "statement_language": text.language,
    }


def signatories(draft: Draft) -> dict[str, object]:
    """Say who signed, as its reader may know it."""
    signed = draft.contents.signed[draft.delivery.disclosure]
    return {
        "signatories": [one._asdict() for one in signed.named],
        "unnamed_signatories": signed.organisations.unnamed,
        "organisations": signed.organisations.total,
    }
