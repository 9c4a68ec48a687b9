"""Why a command cannot do what it was asked, and the exit code that tells a script so."""

from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar

from models.problems import InvalidInput, Problem


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    """It was done."""
    REFUSED = 1
    """The server said no, or an audit trail is broken."""
    BAD_INPUT = 2
    """What was given is wrong or incomplete; nothing changed."""
    UNREACHABLE = 3
    """The server cannot be reached, or cannot work now."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it."""


class ConsoleError(Exception):
    """End a command with a message for people, and for scripts the server's own JSON where there is one."""

    code: ClassVar[ExitCode]

    def __init__(self, message: str, *, problems: Iterable[Problem] = (), answer: str | None = None) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
        self.answer = answer


class RefusedError(ConsoleError):
    """The server said no."""

    code = ExitCode.REFUSED


class BadInputError(ConsoleError):
    """What was given is wrong or incomplete."""

    code = ExitCode.BAD_INPUT


class UnreachableError(ConsoleError):
    """No answer, or none that Acuerpa gives; `unsent` where the request cannot have had an effect."""

    code = ExitCode.UNREACHABLE

    def __init__(self, message: str, *, unsent: bool = False, answer: str | None = None) -> None:
        super().__init__(message, answer=answer)
        self.unsent = unsent


def invalid_file(name: str, found: InvalidInput) -> BadInputError:
    """Say what is wrong in a file before anything is sent."""
    count = len(found.problems)
    places = "one problem" if count == 1 else f"{count} problems"
    return BadInputError(f"{name} has {places}; nothing was sent.", problems=found.problems)
