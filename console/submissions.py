"""Commands for submissions to mechanisms: drafts as files, and which of them a person sent."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from console.answers import Answer, read
from console.client import PDF
from console.errors import BadInputError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import COMMAND, answerer, clock
from models.mechanisms import DraftFormat, Mechanism

MechanismArgument = Annotated[Mechanism, typer.Argument(metavar="MECHANISM", help=" | ".join(Mechanism))]
Out = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Where to; its name ends in .pdf, .docx or .md.")
]
InLanguage = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="One of the case's; by default its first.")
]
DigestArgument = Annotated[str, typer.Argument(metavar="DIGEST", help="As `submissions list REF` tells it.")]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], help="In your time zone; now by default."
    ),
]

_MEDIA_TYPES: Final = {
    DraftFormat.PDF: PDF,
    DraftFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DraftFormat.MD: "text/markdown",
}


class Submission(Answer):
    """A draft, and whether it was sent."""

    mechanism: str
    language: str
    digest: str
    missing: tuple[str, ...]
    left_out: tuple[int, ...]
    drafted_at: datetime
    sent_at: datetime | None


class Submissions(Answer):
    """The drafts of an action, the newest first."""

    submissions: tuple[Submission, ...]


def list_submissions(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List the drafts that were drawn for mechanisms, and which were sent."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "submissions"))
        opened.tell(answer, lambda: _table(read(Submissions, answer).submissions))


def draft(
    reference: Reference,
    mechanism: MechanismArgument,
    out: Out,
    *,
    language: InLanguage = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write a draft for a mechanism to a file. It names those who allow it; the audit trail tells of it.

    Nothing is sent: complete it, send it yourself, and then say so: submissions sent REF MECHANISM DIGEST.
    """
    kind = _format(out)
    with session(api_url, api_key, as_json=as_json) as opened:
        if kind is None:
            raise BadInputError("--out must end in .pdf, .docx or .md.")
        path = action_path(reference, f"submissions/{mechanism.value}.{kind.value}")
        parameters = {"language": language} if language else None
        file = opened.client.fetch_file(path, parameters, kinds=(_MEDIA_TYPES[kind],))
        try:
            out.write_bytes(file.content)
        except OSError:
            raise BadInputError(f"{out} cannot be written: name another file with --out.") from None
        answer = opened.client.get(action_path(reference, "submissions"))
        if as_json:
            opened.screen.json(answer)
        else:
            newest = read(Submissions, answer).submissions
            drawn = next(one for one in newest if one.digest == file.digest)
            opened.screen.show(Text(_told(reference, drawn, out), overflow="ignore"))


def sent(
    reference: Reference,
    mechanism: MechanismArgument,
    digest: DigestArgument,
    *,
    at: At = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Say that you sent a draft: from then on its mechanism has time to answer."""
    body: dict[str, object] = {"mechanism": mechanism.value, "digest": digest.strip().lower()}
    if at is not None:
        body["sent_at"] = at.astimezone().isoformat()
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.post(action_path(reference, "submissions"), body, repeatable=True)
        if as_json:
            opened.screen.json(answer)
        else:
            told = read(Submission, answer)
            when = clock(told.sent_at) if told.sent_at else ""
            opened.screen.show(Text(f"{answerer(None, told.mechanism)}: sent {when}."))


def _format(out: Path) -> DraftFormat | None:
    return next((kind for kind in DraftFormat if out.suffix.lower() == f".{kind}"), None)


def _told(reference: str, drawn: Submission, out: Path) -> str:
    lines = [str(out)]
    if drawn.missing:
        lines.append(f"Still missing: {', '.join(drawn.missing)}.")
    if drawn.left_out:
        people = ", ".join(map(str, drawn.left_out))
        lines.append(f"Left out, since they do not allow it now: person {people} (counted from 0).")
    lines.append(
        f"Once you have sent it: {COMMAND} submissions sent {reference} {drawn.mechanism} {drawn.digest}"
    )
    return "\n".join(lines)


def _table(submissions: Sequence[Submission]) -> Table:
    table = Table("mechanism", "language", "drafted", "sent", "missing", "digest", box=None)
    for one in submissions:
        sent_at = clock(one.sent_at) if one.sent_at else ""
        missing = str(len(one.missing))
        table.add_row(
            answerer(None, one.mechanism), one.language, clock(one.drafted_at), sent_at, missing, one.digest
        )
    return table
