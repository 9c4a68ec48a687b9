"""Commands that write, read, compare and approve documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from console.answers import read
from console.decisions import say_if_away, tell
from console.document_answers import Difference, DocumentChanged, DocumentList, WholeVersion
from console.document_rendering import difference as shown_difference
from console.document_rendering import document_list
from console.document_rendering import version as shown_version
from console.errors import BadInputError
from console.files import read_input
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
from models.document_file import parse_document, parse_version, tree_of
from models.lifecycle import Decision

DocumentFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Its kind and texts, as YAML or JSON: see examples/document.yaml."),
]
VersionFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Its texts in every language, as YAML or JSON.")
]
Number = Annotated[
    int, typer.Argument(metavar="N", min=1, help="Number of the document, the 2 of UA-2026-014/2.")
]
FirstVersion = Annotated[int, typer.Argument(metavar="V", min=1, help="The earlier version.")]
SecondVersion = Annotated[int, typer.Argument(metavar="W", min=1, help="The later version.")]
ChosenVersion = Annotated[
    int | None, typer.Option("--version", metavar="V", min=1, help="Its version; the newest where left out.")
]
ChosenLanguage = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="One language; all of them where left out.")
]
ConfirmedDigest = Annotated[
    str | None,
    typer.Option(
        "--digest", metavar="SHA256", help="For scripts: approve the version with this digest, unasked."
    ),
]
Replaces = Annotated[
    str | None,
    typer.Option(metavar="SHA256", help="Refuse it unless the newest version has this digest."),
]
WithIdentities = Annotated[
    bool,
    typer.Option("--identified", help="Also show whom authorities are told of; the audit trail says so."),
]


def list_documents(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the documents of an action, their versions, and who approved which text."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "documents"))
        _show(opened, answer, lambda text: document_list(read(DocumentList, text).documents))


def show_version(
    reference: Reference,
    number: Number,
    *,
    version: ChosenVersion = None,
    identified: WithIdentities = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show a version word by word, and what its readers get."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = _version(opened, reference, number, version, identified=identified)
        _show(opened, answer, lambda text: shown_version(read(WholeVersion, text)))


def add(
    reference: Reference,
    file: DocumentFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write the next document of an action that is out, such as further information."""
    with session(api_url, api_key, as_json=as_json) as opened:
        _, document = read_input(file, parse_document)
        answer = opened.client.post(action_path(reference, "documents"), tree_of(document))
        _written(opened, reference, answer)


def write_version(
    reference: Reference,
    number: Number,
    file: VersionFile,
    *,
    replaces: Replaces = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write another version of the newest document.

    What was attested and approved of the one before does not count for it.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _, written = read_input(file, parse_version)
        tree = {**tree_of(written), **({"replaces": replaces} if replaces else {})}
        answer = opened.client.post(action_path(reference, f"documents/{number}/versions"), tree)
        _written(opened, reference, answer)


def approve(  # noqa: PLR0913 - what a command can be told are its parameters
    reference: Reference,
    number: Number,
    *,
    language: ChosenLanguage = None,
    version: ChosenVersion = None,
    digest: ConfirmedDigest = None,
    yes: Yes = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read a document's texts with what their readers get, and approve them."""
    with session(api_url, api_key, as_json=as_json) as opened:
        if not (yes or digest):
            opened.screen.require_terminal()
        answer = _version(opened, reference, number, version, identified=digest is None)
        shown = read(WholeVersion, answer)
        languages = [language] if language else _waiting(shown)
        if digest is None:
            _confirm(opened, shown, languages, yes=yes)
        for one in languages:
            _approve(opened, reference, number, shown, {"language": one, "digest": digest or shown.digest})


def difference(
    reference: Reference,
    number: Number,
    before: FirstVersion,
    after: SecondVersion,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show what two versions of a document differ in, line by line and word by word."""
    with session(api_url, api_key, as_json=as_json) as opened:
        path = f"documents/{number}/versions/{before}/difference/{after}"
        answer = opened.client.get(action_path(reference, path))
        _show(opened, answer, lambda text: shown_difference(read(Difference, text)))


def reopen(
    reference: Reference,
    file: DocumentFile,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Begin a closed action again with a new document.

    Consents and attestations are asked for afresh.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        _, document = read_input(file, parse_document)
        answer = opened.client.post(action_path(reference, Decision.REOPEN), tree_of(document))
        tell(opened, Decision.REOPEN, answer)


def _show(opened: Session, answer: str, laid_out: Callable[[str], RenderableType]) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
    else:
        opened.screen.show(laid_out(answer))


def _version(opened: Session, reference: str, number: int, version: int | None, *, identified: bool) -> str:
    """Fetch a version, the newest where none is named."""
    if version is None:
        documents = read(DocumentList, opened.client.get(action_path(reference, "documents"))).documents
        known = [one.versions[-1].version for one in documents if one.number == number]
        if not known:
            raise BadInputError(f"There is no document {number}. See: {COMMAND} documents list {reference}")
        version = known[0]
    query = {"identified": "true"} if identified else {}
    return opened.client.get(action_path(reference, f"documents/{number}/versions/{version}"), query)


def _waiting(shown: WholeVersion) -> list[str]:
    waiting = [one for one in shown.languages if one not in shown.approved]
    if not waiting:
        raise BadInputError(f"Every text of {shown.index}, version {shown.version}, is approved.")
    return waiting


def _confirm(opened: Session, shown: WholeVersion, languages: list[str], *, yes: bool) -> None:
    screen = opened.screen
    (screen.messages if screen.as_json else screen.results).print(shown_version(shown, languages))
    texts = ", ".join(languages)
    screen.confirm(f"Do you approve the text in {texts}, and what its readers get?", yes=yes)


def _approve(opened: Session, reference: str, number: int, shown: WholeVersion, body: dict[str, Any]) -> None:
    path = action_path(reference, f"documents/{number}/versions/{shown.version}/approvals")
    answer = opened.client.post(path, body, repeatable=True)
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    changed = read(DocumentChanged, answer)
    approved = body["language"] in changed.document.versions[-1].approved
    rest = "" if approved else " It still waits for somebody else's approval."
    opened.screen.show(f"You approved {shown.index} in {body['language']}.{rest}")
    say_if_away(opened, informed=changed.workflow_informed)


def _written(opened: Session, reference: str, answer: str) -> None:
    if opened.screen.as_json:
        opened.screen.json(answer)
        return
    changed = read(DocumentChanged, answer)
    document = changed.document
    version = document.versions[-1].version
    opened.screen.show(f"{document.index}, version {version}, is written.\n", document_list([document]))
    if version > 1:
        opened.screen.show(
            "What has changed:",
            f"  {COMMAND} documents diff {reference.upper()} {document.number} {version - 1} {version}",
        )
    say_if_away(opened, informed=changed.workflow_informed)
