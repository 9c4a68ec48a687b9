"""How long the history of a run may become before another run goes on."""

from typing import Final

from temporalio import workflow

LONGEST_HISTORY: Final = 1_000
"""After so many events a run is followed by another, if the server has not asked for that before."""


def is_long() -> bool:
    """Tell whether the run that asks should be followed by another."""
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.get_current_history_length() >= LONGEST_HISTORY
