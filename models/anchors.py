"""Anchors: what the end of an audit trail was at a moment, kept in a file outside the database.

The server's file and each coordinator's own have the same form, one JSON line an anchor.
"""

import os
from collections.abc import Iterable, Sequence
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Anchor(BaseModel):
    """That the trail of an action had `number` events at a moment, of which the newest had this hash."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    reference: str
    action_id: str
    number: int = Field(ge=1)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    anchored_at: str


class AnchorLines(NamedTuple):
    """What a file, or the part of it from a place on, holds."""

    anchors: list[Anchor]
    unreadable: int
    """How many lines hold no whole anchor: being written when their process died, or damaged."""
    end: int
    """Where the whole lines end, in bytes."""


class AnchorFileError(Exception):
    """The file cannot be read or written."""


class AnchorFile:
    """An append-only file of anchors; several processes may read and write it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, anchors: Sequence[Anchor]) -> None:
        """Write whole lines in one go behind what is there, and wait until the disk has them.

        Raises:
            AnchorFileError: they may not be on the disk.
        """
        if not anchors:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(self.path, "ab+", buffering=0, opener=_for_its_owner) as file:
                _write(file, "".join(f"{anchor.model_dump_json()}\n" for anchor in anchors).encode())
        except OSError as error:
            raise AnchorFileError("the anchors cannot be written") from error

    def read(self, *, reference: str | None = None, start: int = 0) -> AnchorLines:
        """Read the anchors from a place on, of one action or of all; a file that is not there holds none.

        Raises:
            AnchorFileError: it is there and cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return _lines(file, reference, start)
        except FileNotFoundError:
            return AnchorLines([], 0, 0)
        except OSError as error:
            raise AnchorFileError("the anchors cannot be read") from error

    def size(self) -> int:
        """Return how many bytes there are; 0 where there is no file."""
        return self.path.stat().st_size if self.path.exists() else 0


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(file: FileIO, lines: bytes) -> None:
    torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
    whole = b"\n" + lines if torn else lines
    if file.write(whole) != len(whole):
        raise OSError("the disk took a part")
    os.fsync(file.fileno())


def _lines(file: Iterable[bytes], reference: str | None, start: int) -> AnchorLines:
    named = b"" if reference is None else f'"{reference}"'.encode()
    anchors, unreadable, end = [], 0, start
    for line in file:
        end += len(line) if line.endswith(b"\n") else 0
        anchor = _anchor(line) if named in line and line.strip() else None
        if anchor and reference in {None, anchor.reference}:
            anchors.append(anchor)
        unreadable += anchor is None and named in line and bool(line.strip())
    return AnchorLines(anchors, unreadable, end)


def _anchor(line: bytes) -> Anchor | None:
    try:
        return Anchor.model_validate_json(line)
    except ValidationError:
        return None
