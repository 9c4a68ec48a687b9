"""The file of anchors: whole lines, on the disk, readable whatever became of the last one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.anchors import Anchor, AnchorFile, AnchorFileError

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from models.anchors import Anchor, AnchorFile
file, line = AnchorFile(Path(sys.argv[1])), {"action_id": "an id", "hash": "9f" * 32, "anchored_at": "now"}
for number in range(1, int(sys.argv[3]) + 1):
    file.append([Anchor(reference=sys.argv[2], number=number, **line)])
"""


@pytest.fixture
def file(tmp_path: Path) -> AnchorFile:
    return AnchorFile(tmp_path / "kept" / "anchors.jsonl")


def anchor(number: int, reference: str = "UA-2026-014") -> Anchor:
    return Anchor(
        reference=reference, action_id="an id", number=number, hash=f"{number:064x}", anchored_at="then"
    )


def test_what_is_appended_is_read_again_in_order(file: AnchorFile) -> None:
    file.append([anchor(1), anchor(2)])
    file.append([])
    file.append([anchor(3)])
    assert file.read().anchors == [anchor(1), anchor(2), anchor(3)]
    assert file.path.read_bytes().count(b"\n") == 3


def test_a_file_that_is_not_there_holds_no_anchors(file: AnchorFile) -> None:
    assert file.read() == ([], 0, 0)
    assert file.size() == 0
    assert not file.path.exists()


def test_only_its_owner_may_read_it(file: AnchorFile) -> None:
    file.append([anchor(1)])
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_anchors_of_one_action_are_found_among_others(file: AnchorFile) -> None:
    file.append([anchor(1), anchor(1, "UA-2026-01"), anchor(2, "UA-2026-0145"), anchor(2)])
    assert file.read(reference="UA-2026-014").anchors == [anchor(1), anchor(2)]


@pytest.mark.parametrize("length", range(1, 150, 13))
def test_a_torn_last_line_is_passed_over_and_the_next_one_begins_anew(file: AnchorFile, length: int) -> None:
    file.append([anchor(1)])
    torn = anchor(2).model_dump_json().encode()[:length]
    with file.path.open("ab") as broken:
        broken.write(torn)
    assert (file.read().anchors, file.read().unreadable) == ([anchor(1)], 1)
    file.append([anchor(2)])
    assert (file.read().anchors, file.read().unreadable) == ([anchor(1), anchor(2)], 1)


def test_reading_goes_on_behind_the_last_whole_line(file: AnchorFile) -> None:
    file.append([anchor(1)])
    end = file.read().end
    with file.path.open("ab") as other:
        other.write(anchor(2).model_dump_json().encode())
    assert file.read(start=end).end == end
    with file.path.open("ab") as other:
        other.write(b"\n")
    assert file.read(start=end).anchors == [anchor(2)]
    assert file.read(start=end).end == file.size()


@pytest.mark.parametrize(
    "line", [b"{}", b"[]", b"null", b"\xff\xfe", b'{"reference":"UA-2026-014","number":0}', b"nonsense"]
)
def test_a_damaged_line_is_counted_and_not_taken_for_an_anchor(file: AnchorFile, line: bytes) -> None:
    file.append([anchor(1)])
    with file.path.open("ab") as damaged:
        damaged.write(line + b"\n\n")
    file.append([anchor(2)])
    assert file.read().anchors == [anchor(1), anchor(2)]
    assert file.read().unreadable == 1


def test_several_processes_write_whole_lines(file: AnchorFile) -> None:
    file.append([anchor(1)])
    command = (sys.executable, "-c", WRITER, str(file.path))
    writers = [
        subprocess.Popen((*command, f"UA-2026-00{number}", "200"), cwd=ROOT)  # noqa: S603 - our own code
        for number in (1, 2, 3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = file.read()
    assert (len(lines.anchors), lines.unreadable) == (601, 0)


def test_a_file_to_which_the_system_only_lets_append_is_enough(
    file: AnchorFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`chattr +a` refuses to open it otherwise."""
    opened: list[int] = []
    really_open = os.open

    def watched(path: Path, flags: int, mode: int) -> int:
        opened.append(flags)
        return really_open(path, flags, mode)

    monkeypatch.setattr("models.anchors.os.open", watched)
    file.append([anchor(1)])
    assert [flags & os.O_APPEND and not flags & os.O_TRUNC for flags in opened] == [True]


def test_what_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    folder = AnchorFile(tmp_path)
    with pytest.raises(AnchorFileError):
        folder.append([anchor(1)])
    with pytest.raises(AnchorFileError):
        folder.read()


def test_a_disk_that_takes_a_part_is_told_and_what_is_whole_stays_readable(file: AnchorFile) -> None:
    file.append([anchor(1), anchor(2)])
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({file.size() + 9},) * 2)"
    command = (sys.executable, "-c", limit + WRITER, str(file.path), "UA-2026-014", "1")
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 1
    assert "AnchorFileError: the anchors cannot be written" in ended.stderr
    assert file.read()[:2] == ([anchor(1), anchor(2)], 1)
    assert file.size() == file.read().end + 9


def test_an_anchor_is_one_line_of_json() -> None:
    anchor = Anchor(
        reference="UA-2026-014", action_id="an id", number=7, hash="9f" * 32, anchored_at="2026-11-24"
    )
    assert anchor.model_dump_json() == (
        f'{{"reference":"UA-2026-014","action_id":"an id","number":7,"hash":"{"9f" * 32}",'
        '"anchored_at":"2026-11-24"}'
    )
