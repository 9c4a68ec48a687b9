"""The command by which somebody confirms that a change is an editorial one."""

from rich.text import Text

from console.answers import read
from console.decisions import tell
from console.document_answers import Difference, DocumentList, Version
from console.document_rendering import difference as shown_difference
from console.documents import ConfirmedDigest, Number
from console.errors import BadInputError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    Yes,
    action_path,
    session,
)
from console.words import COMMAND
from models.lifecycle import Decision
from models.verification import EDITORIAL


def confirm_editorial(
    reference: Reference,
    number: Number,
    *,
    digest: ConfirmedDigest = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read what an editorial change changes, and confirm that it says the same.

    The signatures stay, and nobody is asked again.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        confirmed = digest or _read_and_confirmed(opened, reference, number, yes=yes)
        body = {"digest": confirmed, "confirms": [EDITORIAL]}
        answer = opened.client.post(action_path(reference, "attestations"), body, repeatable=True)
        tell(opened, Decision.ATTEST, answer)


def _read_and_confirmed(opened: Session, reference: str, number: int, *, yes: bool) -> str:
    screen = opened.screen
    if not yes:
        screen.require_terminal()
    newest = _newest(opened, reference, number)
    path = f"documents/{number}/versions/{newest.editorial_of}/difference/{newest.version}"
    changed = read(Difference, opened.client.get(action_path(reference, path)))
    told = screen.messages if screen.as_json else screen.results
    told.print(shown_difference(changed), Text(f"\nWhy: {newest.editorial_why}"))
    screen.confirm(f"Does it say the same as version {newest.editorial_of}, which was signed?", yes=yes)
    return newest.digest


def _newest(opened: Session, reference: str, number: int) -> Version:
    """Return the newest version of a document, which must be marked as an editorial one."""
    documents = read(DocumentList, opened.client.get(action_path(reference, "documents"))).documents
    newest = [one.versions[-1] for one in documents if one.number == number]
    if not newest or newest[0].editorial_of is None:
        raise BadInputError(
            f"Document {number} is no editorial change. See: {COMMAND} documents list {reference}"
        )
    return newest[0]
