"""Words of the vocabularies in drafts of submissions, and the rights that what is feared endangers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models.vocabulary import Concern, ConsentGiver, Urgency
from templates.submission.form import translatable as _

CONCERNS: Final[Mapping[Concern, str]] = MappingProxyType(
    {
        Concern.DEATH_THREAT: _("death threats"),
        Concern.KILLING: _("killing"),
        Concern.ENFORCED_DISAPPEARANCE: _("enforced disappearance"),
        Concern.DISAPPEARANCE_BY_PRIVATE_ACTORS: _("disappearance by private actors"),
        Concern.ARBITRARY_DETENTION: _("arbitrary detention"),
        Concern.CRIMINALISATION: _("criminalisation"),
        Concern.TORTURE_OR_ILL_TREATMENT: _("torture or ill-treatment"),
        Concern.SEXUAL_VIOLENCE: _("sexual violence"),
        Concern.PHYSICAL_ATTACK: _("physical attack"),
        Concern.HARASSMENT: _("harassment"),
        Concern.SURVEILLANCE: _("surveillance"),
        Concern.SMEAR_CAMPAIGN: _("smear campaign"),
        Concern.BREAK_IN: _("break-in"),
        Concern.FORCED_EVICTION: _("forced eviction"),
        Concern.OTHER: _("another danger"),
    }
)

URGENCIES: Final[Mapping[Urgency, str]] = MappingProxyType(
    {
        Urgency.IMMEDIATE: _("Immediate: hours count"),
        Urgency.URGENT: _("Urgent: within a day"),
        Urgency.STANDARD: _("Within days"),
    }
)

GIVERS: Final[Mapping[ConsentGiver, str]] = MappingProxyType(
    {
        ConsentGiver.HERSELF: _("she herself"),
        ConsentGiver.FAMILY: _("her family"),
        ConsentGiver.REPRESENTATIVE: _("her representative"),
        ConsentGiver.NOT_OBTAINABLE: _("nobody could be asked"),
    }
)

_LIFE, _INTEGRITY, _LIBERTY = _("right to life"), _("right to personal integrity"), _("right to liberty")
_HOME, _HONOUR = _("right to private life and the home"), _("right to honour and dignity")
_TRIAL, _RESIDENCE = _("right to a fair trial"), _("right to residence and property")

RIGHTS: Final[Mapping[Concern, tuple[str, ...]]] = MappingProxyType(
    {
        Concern.DEATH_THREAT: (_LIFE, _INTEGRITY),
        Concern.KILLING: (_LIFE,),
        Concern.ENFORCED_DISAPPEARANCE: (_LIFE, _INTEGRITY, _LIBERTY),
        Concern.DISAPPEARANCE_BY_PRIVATE_ACTORS: (_LIFE, _INTEGRITY, _LIBERTY),
        Concern.ARBITRARY_DETENTION: (_LIBERTY, _INTEGRITY),
        Concern.CRIMINALISATION: (_LIBERTY, _TRIAL),
        Concern.TORTURE_OR_ILL_TREATMENT: (_INTEGRITY,),
        Concern.SEXUAL_VIOLENCE: (_INTEGRITY,),
        Concern.PHYSICAL_ATTACK: (_LIFE, _INTEGRITY),
        Concern.HARASSMENT: (_INTEGRITY,),
        Concern.SURVEILLANCE: (_HOME,),
        Concern.SMEAR_CAMPAIGN: (_HONOUR,),
        Concern.BREAK_IN: (_HOME,),
        Concern.FORCED_EVICTION: (_RESIDENCE,),
        Concern.OTHER: (),
    }
)
"""By the concerns that stand first; none for `other`, of which the facts tell."""
