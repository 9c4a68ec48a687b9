"""What goes first where much is to be sent: a small number, 1 the most urgent, as Temporal counts them."""

from typing import Final

from models.messages import Purpose
from models.vocabulary import Urgency

_FIRST: Final = 1
_BY_URGENCY: Final = {Urgency.IMMEDIATE: 2, Urgency.URGENT: 3, Urgency.STANDARD: 4}


def priority_of(purpose: Purpose, urgency: Urgency) -> int:
    """Rank the messages of a dispatch: a stop's notice before all, then by urgency; lists that grew last."""
    if purpose is Purpose.STOP_NOTICE:
        return _FIRST
    rank = _BY_URGENCY[urgency]
    return rank + 1 if purpose is Purpose.ADDENDUM else rank
