"""What decides about the sign-on of a later document: whether it is asked for, and what goes out after it."""

from typing import NamedTuple

from models.messages import SignOnPlan
from models.vocabulary import ReleasePolicy


class LaterWindow(NamedTuple):
    """How it stands with the sign-on of a document that follows another one.

    It is `awaited` from when the first is out until it is out itself, or all is over. `signed_in_time` tells
    how it stood when the window ended: what came or was confirmed later is for a coordinator to decide.
    """

    plan: SignOnPlan
    awaited: bool
    ended: bool
    on_hold: bool
    signed_in_time: int

    @property
    def is_asked_for(self) -> bool:
        """Tell whether its window is open, or is to be opened."""
        return self.awaited and not self.ended

    @property
    def lets_go_out(self) -> bool:
        """Tell whether the document goes out by itself."""
        by_itself = self.plan.release is not ReleasePolicy.BY_HAND and not self.on_hold
        return self.awaited and self.ended and by_itself and self.signed_in_time > 0
