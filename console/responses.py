"""Commands about what targets answer: written down, listed, opened, with the files that came with it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.answers import read
from console.entries import EntryFile
from console.errors import BadInputError
from console.files import read_bytes, read_options
from console.response_answers import Attachment, OpenedResponse, TargetResponse, TargetResponseList
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    action_path,
    session,
)
from console.words import answerer, clock, named, phrase
from models.response_file import ResponseEntry
from models.response_vocabulary import LARGEST_ATTACHMENT_BYTES, MEDIA_TYPES, ResponseChannel, ResponseKind
from models.strict_model import parse
from models.vocabulary import ReadingReason

Target = Annotated[
    int | None,
    typer.Option("--target", metavar="N", min=0, help="Who answered, counted from 0 as in the case."),
]
Submission = Annotated[
    str | None,
    typer.Option(metavar="DIGEST", help="What it answers, as `submissions list REF` tells it."),
]
Kind = Annotated[ResponseKind | None, typer.Option(help="What kind of answer it is.")]
Way = Annotated[ResponseChannel | None, typer.Option("--by", help="On which way it came.")]
Received = Annotated[
    str | None, typer.Option("--received", metavar="YYYY-MM-DD", help="The day on which it came.")
]
PledgedFor = Annotated[
    str | None, typer.Option("--pledged-for", metavar="YYYY-MM-DD", help="The day that a pledge names.")
]
Corrects = Annotated[
    str | None, typer.Option(metavar="ID", help="The response that this one counts in place of.")
]
Files = Annotated[
    list[Path] | None, typer.Option("--attach", metavar="FILE", help="What came with it; kept encrypted.")
]
ResponseId = Annotated[
    str, typer.Argument(metavar="ID", help="The response's id, as `responses list REF` tells it.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="What came with it.")]
AttachmentId = Annotated[
    str, typer.Argument(metavar="FILE_ID", help="The file's id, as `responses list REF` tells it.")
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Write it there.")]

_WHY = {"why": ReadingReason.COORDINATING.value}
_KINDS = frozenset(name.partition(";")[0] for name in MEDIA_TYPES.values())


def respond(  # noqa: PLR0913 - each is an option of the command
    reference: Reference,
    file: EntryFile = None,
    *,
    target: Target = None,
    submission: Submission = None,
    kind: Kind = None,
    by: Way = None,
    received: Received = None,
    pledged_for: PledgedFor = None,
    corrects: Corrects = None,
    attach: Files = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a target answered, or what came to a submission; a final answer stops its clock.

    What it said stands in the file, as `note`: it is sealed.
    """
    options: dict[str, object] = {
        "target": target,
        "submission": submission and submission.strip().lower(),
        "kind": kind,
        "channel": by,
        "received_on": received,
        "pledged_for": pledged_for,
        "corrects": corrects,
    }
    with session(api_url, api_key, as_json=as_json) as opened:
        entry = read_options(file, options, lambda tree: parse(ResponseEntry, tree))
        files = [(one.name, _content(one)) for one in attach or ()]
        body = entry.model_dump(mode="json", exclude_none=True)
        answer = opened.client.post(action_path(reference, "responses"), body)
        logged = read(TargetResponse, answer)
        for name, content in files:
            opened.client.post_file(_path(reference, logged.id, "attachments"), content, name)
        opened.tell(answer, lambda: Text(_told(logged, len(files))))


def list_responses(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """List what came back; what they said is opened by `responses show`."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "responses"))
        opened.tell(answer, lambda: _listed(read(TargetResponseList, answer)))


def show(
    reference: Reference,
    response: ResponseId,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Read what a target answered; the audit trail tells that you did."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(_path(reference, response), _WHY)
        if as_json:
            opened.screen.json(answer)
            return
        told = read(OpenedResponse, answer)
        opened.screen.show(Text(told.note or "Nothing more was written down."))
        if told.attachments:
            opened.screen.show(_files(told.attachments))


def attach(
    reference: Reference,
    response: ResponseId,
    file: FileArgument,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Put a file beside a response: a PDF, a picture, a Word or LibreOffice text, or plain text."""
    with session(api_url, api_key, as_json=as_json) as opened:
        content = _content(file)
        answer = opened.client.post_file(_path(reference, response, "attachments"), content, file.name)
        read(Attachment, answer)
        opened.tell(answer, lambda: "It is kept, encrypted, beside the response.")


def fetch(
    reference: Reference,
    response: ResponseId,
    attachment: AttachmentId,
    *,
    out: Out,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Write a file that came with a response to a file of yours; the audit trail tells that you did."""
    with session(api_url, api_key, as_json=as_json) as opened:
        path = _path(reference, response, "attachments", attachment)
        content = opened.client.fetch(path, _WHY, kinds=_KINDS)
        try:
            out.write_bytes(content)
        except OSError:
            raise BadInputError(f"{out} cannot be written: name another file with --out.") from None
        opened.screen.show(Text(str(out), no_wrap=True, overflow="ignore"))


def _content(file: Path) -> bytes:
    content = read_bytes(file)
    if len(content) > LARGEST_ATTACHMENT_BYTES:
        raise BadInputError(f"{file.name} has more than 5 MiB: make it smaller.")
    return content


def _path(reference: str, response: str, *parts: str) -> str:
    named_parts = (quote(part.strip(), safe="") for part in (response, *parts))
    return action_path(reference, "/".join(("responses", *named_parts)))


def _told(logged: TargetResponse, files: int) -> str:
    stands = "Its clock stands." if logged.final else "It is no final answer: its clock goes on."
    beside = f" Files beside it: {files}." if files else ""
    day = f" You are reminded of its day: milestone {logged.milestone}." if logged.milestone else ""
    told = f"{answerer(logged.office, logged.mechanism)}: {named({}, logged.kind)}, {logged.received_on}."
    return f"{told} {stands}{day}{beside}\n{logged.id}"


def _listed(listed: TargetResponseList) -> RenderableType:
    if not listed.responses:
        return Text(f"Nobody has answered {listed.reference}.")
    return Group(*(line for one in listed.responses for line in _lines(one)))


def _lines(one: TargetResponse) -> tuple[RenderableType, ...]:
    day = f" (milestone {one.milestone})" if one.milestone else ""
    pledged = f", for {one.pledged_for}{day}" if one.pledged_for else ""
    how = f"{phrase(one.kind)}{pledged}, {named({}, one.channel)}, {one.received_on}"
    office = answerer(one.office, one.mechanism)
    who = f"submission ({office})" if one.target is None else f"target {one.target} ({office})"
    first = Text(f"{one.id}  {who}: {how}")
    if one.corrected_by:
        first.append(f"  corrected: {one.corrected_by} counts", style="yellow")
    noted = ", with a note" if one.has_note else ""
    by = Padding(Text(f"written down by {one.recorded_by}, {clock(one.recorded_at)}{noted}"), (0, 0, 0, 2))
    return (first, by, _files(one.attachments)) if one.attachments else (first, by)


def _files(attachments: tuple[Attachment, ...]) -> Table:
    table = Table("file", "kind", "bytes", "name", box=None)
    for one in attachments:
        table.add_row(one.id, one.kind, str(one.size), Text(one.name))
    return table
