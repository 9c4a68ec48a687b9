"""Run one of our programs, a file or a module, by a clock that is ahead."""

import os
import runpy
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from models import columns, scalars

CLOCK_FILE = "CLOCK_FILE"
"""The variable that names the file with the seconds that the clock is ahead."""


class AheadOfTime(datetime):
    """Tells a moment that is later, by as much as the file says now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the moment as the story has it."""
        return datetime.now(tz) + timedelta(seconds=float(Path(os.environ[CLOCK_FILE]).read_text()))


def main(program: str) -> None:
    """Have our code read this clock, and run the program."""
    for module in (columns, scalars):
        module.datetime = AheadOfTime  # type: ignore[attr-defined]
    sys.argv = [program]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
