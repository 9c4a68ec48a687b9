"""The command that verifies an audit trail on the coordinator's own machine."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.answers import AuditPage, read
from console.errors import BadInputError, ExitCode, RefusedError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    action_path,
    session,
)
from console.trail import Broken, Report, Trail, Witness, judge
from models.anchors import Anchor, AnchorFile, AnchorFileError, AnchorLines
from models.audit import ChainHead, Finding, moment_text

AnchorsFile = Annotated[
    Path | None,
    typer.Option(
        "--anchors",
        metavar="FILE",
        help="Your own anchors: compared with and added to. Keep them where the operator cannot reach.",
    ),
]

_PAGE = 500
_NOT_FOUND = 404

_FINDINGS = {
    Finding.ALTERED: "Altered: {which}. The content does not match its hash.",
    Finding.MISSING: "Deleted: {which}. The numbers have a gap.",
    Finding.REORDERED: "Reordered: {which}. It was written at another place.",
    Finding.UNCHAINED: "Replaced: {which}, or the event before. One does not follow the other.",
    Finding.UNCOUNTED: "Added: {which}. The end that the server has on record comes before.",
    Finding.TRUNCATED: "Cut off: {which}. It is known that there was more.",
    Finding.REWRITTEN: "Rewritten: {which}. It is not the event that was there.",
}


def verify(
    reference: Reference,
    *,
    anchors: AnchorsFile = None,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the audit trail of an action here, and compare it with anchors.

    Exit code 1 where it was altered, cut or rewritten. Without an anchor outside the database, a trail that
    was rewritten as a whole cannot be told from the true one: use --anchors, always with the same file.
    """
    with session(api_url, api_key, as_json=as_json) as opened:
        own = AnchorFile(anchors) if anchors else None
        kept = _kept(own, reference.strip().upper())
        trail = _fetched(opened, reference, kept)
        report = judge(trail, kept.anchors if own else None, kept.unreadable)
        if report.verified and own:
            _keep(own, kept.anchors, trail)
        _tell(opened, report, anchors)
        if not report.verified:
            raise typer.Exit(ExitCode.REFUSED)


def _kept(own: AnchorFile | None, reference: str) -> AnchorLines:
    if own is None:
        return AnchorLines([], 0, 0)
    try:
        return own.read(reference=reference)
    except AnchorFileError:
        raise BadInputError(f"{own.path.name} cannot be read. Check the path and the permissions.") from None


def _keep(own: AnchorFile, kept: list[Anchor], trail: Trail) -> None:
    """Add the end of a trail that was found right, unless it is there already."""
    newest = trail.events[-1]
    if kept and (kept[-1].number, kept[-1].hash) == (newest.number, newest.hash):
        return
    anchor = Anchor(
        reference=trail.reference,
        action_id=trail.action_id,
        number=newest.number,
        hash=newest.hash,
        anchored_at=moment_text(datetime.now(UTC)),
    )
    try:
        own.append([anchor])
    except AnchorFileError:
        raise BadInputError(
            f"{own.path.name} cannot be written. Check the path and the permissions."
        ) from None


def _fetched(opened: Session, reference: str, kept: AnchorLines) -> Trail:
    try:
        pages = [_page(opened, reference, after=0)]
    except RefusedError as error:
        raise _also_known(error, kept) from None
    while pages[-1].next_after is not None:
        pages.append(_page(opened, reference, after=pages[-1].next_after))
    last = pages[-1]
    anchors = [page.anchors for page in pages]
    return Trail(
        reference=last.reference,
        action_id=last.action_id,
        head=None if last.length is None or last.head is None else ChainHead(last.length, last.head),
        events=[event.chained(page.action_id) for page in pages for event in page.events],
        anchors=None if None in anchors else [one for page in anchors for one in page or []],
    )


def _page(opened: Session, reference: str, *, after: int) -> AuditPage:
    parameters = {"after": after, "limit": _PAGE}
    return read(AuditPage, opened.client.get(action_path(reference, "audit"), parameters))


def _also_known(error: RefusedError, kept: AnchorLines) -> RefusedError:
    """Add to the server's no that one's own anchors know the action: then somebody deleted it."""
    gone = kept.anchors and error.answer and json.loads(error.answer).get("status") == _NOT_FOUND
    if not gone:
        return error
    newest = kept.anchors[-1]
    known = f"Your own anchors know it: it had {newest.number} events at {_when(newest.anchored_at)}."
    return RefusedError(f"{error} {known}", answer=error.answer)


def _tell(opened: Session, report: Report, anchors: Path | None) -> None:
    screen = opened.screen
    if screen.as_json:
        screen.json(report.model_dump_json())
        return
    if report.verified:
        screen.show(f"{report.reference}: the audit trail is whole. Events: {report.events}, each chained.")
    else:
        screen.show(f"{report.reference}: THE AUDIT TRAIL IS BROKEN. Events: {report.events}.")
        screen.show(*(f"  {_words(one)}" for one in report.broken))
    screen.show(_compared(report, anchors))
    if report.server_anchors is None:
        screen.say("The server cannot read its own anchors: tell its operator.")
    if report.unreadable_lines:
        screen.say(f"Lines of your file that cannot be read: {report.unreadable_lines}.")
    if not report.server_anchors and not report.file_anchors:
        screen.say(
            "Nothing outside the database was there to compare with: verify again with --anchors FILE."
        )


def _words(broken: Broken) -> str:
    several = broken.last > broken.first
    which = f"events {broken.first} to {broken.last}" if several else f"event {broken.first}"
    told = _FINDINGS[broken.finding].format(which=which)
    if broken.anchored_at is None:
        return told
    keeper = {Witness.SERVER: "the server", Witness.FILE: "your file"}[broken.witness]
    more = f", and {broken.anchors - 1} more" if broken.anchors > 1 else ""
    return f"{told} Witness: the anchor of {_when(broken.anchored_at)} in {keeper}{more}."


def _compared(report: Report, anchors: Path | None) -> str:
    own = f", and {report.file_anchors} in {anchors.name}" if anchors else ""
    return f"Compared with anchors: {report.server_anchors or 0} of the server{own}."


def _when(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"
