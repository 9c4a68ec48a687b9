"""Words of the vocabularies in closing reports."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models.case_reports import Milestone
from models.figures import Ending
from models.messages import DeliveryState
from models.outcome_file import Impact
from models.partner_actions import PartnerActionKind
from models.response_vocabulary import ResponseKind
from models.vocabulary import Channel, TargetKind
from templates.submission.form import translatable as _

MILESTONES: Final[Mapping[Milestone, str]] = MappingProxyType(
    {
        Milestone.EVENT: _("The event"),
        Milestone.RECEIVED: _("The case is received"),
        Milestone.RELEASED: _("Document %(number)s goes out"),
        Milestone.SUBMITTED: _("Submission %(number)s is sent to a mechanism"),
        Milestone.ANSWERED: _("An office answers"),
        Milestone.SUBMISSION_ANSWERED: _("The mechanism answers submission %(number)s"),
        Milestone.SUBMISSION_LATE: _("Time to answer submission %(number)s runs out"),
        Milestone.ENDED: _("The action ends"),
    }
)

ENDINGS: Final[Mapping[Ending, str]] = MappingProxyType(
    {
        Ending.OPEN: _("The action goes on."),
        Ending.CLOSED: _("The action was closed."),
        Ending.STOPPED: _("The action was stopped."),
        Ending.REJECTED: _("The action did not go out."),
    }
)
"""How reports tell it. That consent was taken back is told to nobody: the stop is told, and not why."""

CHANNELS: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.EMAIL: _("E-mail"),
        Channel.SMS: _("Text message"),
        Channel.PARTNER_API: _("Systems of partners"),
        Channel.LETTER: _("Letter"),
    }
)

ARRIVED: Final = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED})
"""What counts as sent."""

KINDS: Final[Mapping[TargetKind, str]] = MappingProxyType(
    {
        TargetKind.AUTHORITY: _("Authorities"),
        TargetKind.EMBASSY: _("Embassies"),
        TargetKind.MECHANISM: _("International mechanisms"),
        TargetKind.COMPANY: _("Companies"),
        TargetKind.MEDIA: _("Media"),
    }
)

RESPONSES: Final[Mapping[ResponseKind, str]] = MappingProxyType(
    {
        ResponseKind.POSITIVE: _("did what was asked"),
        ResponseKind.PLEDGE: _("promised to act"),
        ResponseKind.OBSTRUCTION: _("refused"),
        ResponseKind.ASKS_FOR_INFORMATION: _("asked for more information"),
        ResponseKind.TOKEN: _("acknowledged receipt"),
        ResponseKind.NONE: _("will not answer"),
    }
)

PARTNER_ACTIONS: Final[Mapping[PartnerActionKind, str]] = MappingProxyType(
    {
        PartnerActionKind.CALLED: _("Called an office"),
        PartnerActionKind.WROTE: _("Wrote to an office on their own"),
        PartnerActionKind.POSTED: _("Spoke in public"),
        PartnerActionKind.VISITED: _("Visited an office"),
        PartnerActionKind.MET: _("Met with an office"),
    }
)

IMPACTS: Final[Mapping[Impact, str]] = MappingProxyType(
    {
        Impact.LARGE_POSITIVE: _("What was asked for happened."),
        Impact.MODERATE_POSITIVE: _("Part of what was asked for happened."),
        Impact.MINOR: _("A little is better."),
        Impact.NONE: _("Nothing has changed."),
        Impact.MODERATE_NEGATIVE: _("The situation has become worse."),
        Impact.LARGE_NEGATIVE: _("The situation has become far worse."),
        Impact.UNKNOWN: _("What became of it is not known."),
    }
)
