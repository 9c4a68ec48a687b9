"""Every kind of what falls due in a follow-up; another kind gets its line here."""

from types import MappingProxyType
from typing import Final

from models.follow_up_messages import DueKind
from storage.check_ins import CHECK_INS
from storage.expiry import EXPIRY, EXPIRY_WARNINGS
from storage.milestones_due import MILESTONES
from storage.overdue_replies import REPLIES, REPLY_LETTERS

RULES: Final = MappingProxyType(
    {
        DueKind.CHECK_IN: CHECK_INS,
        DueKind.EXPIRY_WARNING: EXPIRY_WARNINGS,
        DueKind.EXPIRY: EXPIRY,
        DueKind.REPLY: REPLIES,
        DueKind.REPLY_LETTER: REPLY_LETTERS,
        DueKind.MILESTONE: MILESTONES,
    }
)
