"""A real terminal for the script: what it draws, what is typed."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 30.0


class Terminal:
    """Run the script on a pseudo-terminal."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, str(ROOT / "starter.py"), *arguments],
            env={**environment, "TERM": "xterm", "LINES": "40"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.drawn = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def expect(self, text: str) -> None:
        """Wait until the text is drawn after all that was expected before."""
        start, deadline = len(self.drawn), time.monotonic() + PATIENCE_SECONDS
        while text not in self.drawn[start:]:
            if time.monotonic() > deadline or not self._read(deadline):
                raise AssertionError(
                    f"{text!r} was not drawn after {self.drawn[:start]!r}: {self.drawn[start:]!r}"
                )

    def type(self, text: str) -> None:
        """Type at the keyboard."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Read what is still drawn and return the exit code."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(0, deadline - time.monotonic()))
        try:
            piece = os.read(self._ours, 65_536) if ready else b""
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        self.drawn += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)
