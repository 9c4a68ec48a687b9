"""`starter.py audit verify`: what it finds, what it keeps, how it ends."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.anchors import Anchor, AnchorFile
from models.audit import EMPTY, ChainedEvent, ChainHead, following, hash_of
from tests.unit.console.api_answers import REFERENCE, answer, problem
from tests.unit.console.conftest import Run
from web.audit import AuditEventView, AuditPage

AUDIT = f"/api/v1/actions/{REFERENCE}/audit"
ACTION = UUID("11111111-2222-4333-8444-555555555555")
Events = list[ChainedEvent]


def honest(length: int = 8) -> Events:
    events: Events = []
    head = EMPTY
    for turn in range(length):
        events.append(following(head, ACTION, "signed", None, datetime.now(UTC), {"turn": turn}))
        head = ChainHead(events[-1].number, events[-1].hash)
    return events


def anchor_of(event: ChainedEvent) -> Anchor:
    return Anchor(
        reference=REFERENCE,
        action_id=event.action_id,
        number=event.number,
        hash=event.hash,
        anchored_at="2026-11-24T12:00:00.000000+00:00",
    )


def rewritten(events: Events) -> Events:
    """Change the third event and chain all that follow anew."""
    made: Events = []
    for event in events:
        changed = event._replace(detail={"turn": 99}) if event.number == 3 else event
        linked = changed._replace(previous=made[-1].hash if made else changed.previous)
        made.append(linked._replace(hash=hash_of(linked)))
    return made


def view(event: ChainedEvent) -> AuditEventView:
    return AuditEventView.model_validate(event._asdict())


def serve(
    server: HTTPServer,
    events: Sequence[ChainedEvent],
    anchors: Sequence[ChainedEvent] | None = (),
    head: ChainHead | None = None,
    page_size: int = 500,
) -> None:
    """Answer as the server does whose database holds these events, page by page."""
    end = head or (ChainHead(events[-1].number, events[-1].hash) if events else None)

    def respond(request: Request) -> Response:
        after = int(request.args["after"])
        some = [one for one in events if one.number > after][:page_size]
        following_page = some[-1].number if len(some) == page_size else None
        page = AuditPage(
            reference=REFERENCE,
            action_id=str(ACTION),
            length=end.length if end else None,
            head=end.hash if end else None,
            events=[view(one) for one in some],
            anchors=None
            if anchors is None
            else [
                anchor_of(one)
                for one in anchors
                if after < one.number and (following_page is None or one.number <= following_page)
            ],
            next_after=following_page,
        )
        return answer(page)

    server.expect_request(AUDIT).respond_with_handler(respond)


@pytest.mark.parametrize("page_size", [1, 4, 500])
def test_an_honest_trail_is_whole(server: HTTPServer, run: Run, page_size: int) -> None:
    events = honest()
    serve(server, events, events[2:5], page_size=page_size)

    result = run("audit", "verify", REFERENCE.lower())

    assert result.exit_code == 0
    assert f"{REFERENCE}: the audit trail is whole. Events: 8, each chained." in result.stdout
    assert "Compared with anchors: 3 of the server." in result.stdout


Tamper = Callable[[Events], Events]
TAMPERING: dict[str, tuple[Tamper, str]] = {
    "altered": (
        lambda events: [*events[:2], events[2]._replace(detail={"turn": 99}), *events[3:]],
        "Altered: event 3. The content does not match its hash.",
    ),
    "deleted": (lambda events: [*events[:2], *events[4:]], "Deleted: events 3 to 4. The numbers have a gap."),
    "swapped": (
        lambda events: [
            *events[:2],
            events[2]._replace(detail=events[3].detail, at=events[3].at),
            events[3]._replace(detail=events[2].detail, at=events[2].at),
            *events[4:],
        ],
        "Reordered: events 3 to 4. It was written at another place.",
    ),
    "replaced": (
        lambda events: [*events[:2], rewritten(events)[2], *events[3:]],
        "Replaced: event 4, or the event before.",
    ),
    "cut off": (lambda events: events[:5], "Cut off: events 6 to 8."),
    "all gone": (lambda _events: [], "Deleted: event 1."),
}


@pytest.mark.parametrize(("tamper", "told"), TAMPERING.values(), ids=TAMPERING)
def test_a_trail_that_was_tampered_with_is_broken_and_told_where(
    server: HTTPServer, run: Run, tamper: Tamper, told: str
) -> None:
    events = honest()
    serve(server, tamper(events), [], head=ChainHead(8, events[-1].hash))

    result = run("audit", "verify", REFERENCE)

    assert result.exit_code == 1
    assert f"{REFERENCE}: THE AUDIT TRAIL IS BROKEN." in result.stdout
    assert told in result.stdout


def test_more_than_the_server_counted_is_told(server: HTTPServer, run: Run) -> None:
    events = honest()
    serve(server, events, head=ChainHead(6, events[5].hash))

    assert "Added: events 7 to 8." in run("audit", "verify", REFERENCE).stdout


def test_a_trail_cut_off_or_rewritten_as_a_whole_contradicts_the_servers_anchors(
    server: HTTPServer, run: Run
) -> None:
    events = honest()
    serve(server, rewritten(events)[:6], events)

    result = run("audit", "verify", REFERENCE)

    assert result.exit_code == 1
    assert (
        "Rewritten: events 3 to 6. It is not the event that was there."
        " Witness: the anchor of 2026-11-24 12:00 UTC in the server, and 3 more." in result.stdout
    )
    assert "Cut off: events 7 to 8." in result.stdout


def test_ones_own_file_is_begun_goes_on_and_finds_what_the_server_hides(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file, events = tmp_path / "mine" / "anchors.jsonl", honest()
    command = ("audit", "verify", REFERENCE, "--anchors", str(file))
    serve(server, events[:5], [])
    for _ in range(2):
        first = run(*command)
        assert first.exit_code == 0
    server.clear()
    serve(server, events, [])
    assert run(*command).exit_code == 0
    assert [one.number for one in AnchorFile(file).read().anchors] == [5, 8]
    before = file.read_bytes()
    server.clear()
    lie = rewritten(events)
    serve(server, lie, lie)

    result = run(*command)

    assert result.exit_code == 1
    assert "Rewritten: events 5 to 8." in result.stdout
    assert "in your file, and 1 more." in result.stdout
    assert "Compared with anchors: 8 of the server, and 2 in anchors.jsonl." in result.stdout
    assert file.read_bytes() == before


def test_a_broken_trail_is_never_kept_as_an_anchor(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    events = honest()
    serve(server, [*events[:2], *events[3:]], [])

    assert run("audit", "verify", REFERENCE, "--anchors", str(tmp_path / "mine")).exit_code == 1
    assert not (tmp_path / "mine").exists()


def test_the_servers_own_file_can_stand_in_for_ones_own(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    events = honest()
    copied = AnchorFile(tmp_path / "copied.jsonl")
    other = anchor_of(events[2]).model_copy(update={"reference": "UA-2026-001", "action_id": "another"})
    copied.append([anchor_of(events[3]), other, anchor_of(events[6])])
    with copied.path.open("ab") as torn:
        torn.write(f'{{"reference":"{REFERENCE}","act'.encode())
    serve(server, events, [])

    result = run("audit", "verify", REFERENCE, "--anchors", str(copied.path))

    assert result.exit_code == 0
    assert "2 in copied.jsonl" in result.stdout
    assert "Lines of your file that cannot be read: 1." in result.stderr


def test_a_verdict_without_any_anchor_says_what_it_is_worth(server: HTTPServer, run: Run) -> None:
    serve(server, honest(), None)

    result = run("audit", "verify", REFERENCE)

    assert result.exit_code == 0
    assert "The server cannot read its own anchors" in result.stderr
    assert "verify again with --anchors FILE" in result.stderr


def test_for_scripts_the_verdict_is_json_and_the_exit_code(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    events = honest()
    file = tmp_path / "mine"
    AnchorFile(file).append([anchor_of(events[7])])
    serve(server, events[:6], [events[1]])

    result = run("audit", "verify", REFERENCE, "--anchors", str(file), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "reference": REFERENCE,
        "verified": False,
        "events": 6,
        "head": events[5].hash,
        "server_anchors": 1,
        "file_anchors": 1,
        "unreadable_lines": 0,
        "broken": [
            {
                "finding": "truncated",
                "first": 7,
                "last": 8,
                "witness": "file",
                "anchored_at": "2026-11-24T12:00:00.000000+00:00",
                "anchors": 1,
            }
        ],
    }


def test_an_action_that_is_gone_from_the_server_is_known_by_ones_own_anchors(
    server: HTTPServer, run: Run, tmp_path: Path
) -> None:
    file = AnchorFile(tmp_path / "mine")
    file.append([anchor_of(honest()[4])])
    server.expect_request(AUDIT).respond_with_response(problem(404, "There is no such action."))

    known = run("audit", "verify", REFERENCE, "--anchors", str(file.path))
    unknown = run("audit", "verify", REFERENCE)

    assert (known.exit_code, unknown.exit_code) == (1, 1)
    assert "Your own anchors know it: it had 5 events at 2026-11-24 12:00 UTC." in " ".join(
        known.stderr.split()
    )
    assert "know it" not in unknown.stderr


def test_a_file_that_cannot_be_used_is_bad_input(server: HTTPServer, run: Run, tmp_path: Path) -> None:
    serve(server, honest(), [])
    (tmp_path / "file").write_text("")

    unreadable = run("audit", "verify", REFERENCE, "--anchors", str(tmp_path))
    unwritable = run("audit", "verify", REFERENCE, "--anchors", str(tmp_path / "file" / "below"))

    assert (unreadable.exit_code, unwritable.exit_code) == (2, 2)
    assert "cannot be read" in unreadable.stderr


def test_no_content_is_printed(server: HTTPServer, run: Run) -> None:
    events = [one._replace(detail={"leak": "Xochitl-Canary"}) for one in honest()]
    serve(server, events, events)

    for form in ((), ("--json",)):
        assert "Canary" not in run("audit", "verify", REFERENCE, *form).output
