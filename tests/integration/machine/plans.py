"""What the machine hands in: random cases and texts, and what the model knows of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st

from tests.integration.machine.cast import AT_RISK, OFFICES, SLUGS
from tests.integration.machine.model import (
    AUTHORITIES,
    MECHANISMS,
    NAMED,
    PSEUDONYM,
    PUBLIC,
    USES,
    WITHHELD,
    AtRisk,
    Consent,
    Text,
)

GIVERS: Final = ("herself", "family", "representative", "not_obtainable")
DIRECT: Final = "direct_testimony"
SOURCES: Final = (DIRECT, "organisation", "family", "media")
_LETTERS: Final = "bcdfghjk"
_TRUE: Final = st.sampled_from([True])
_codes = count()


@dataclass(frozen=True)
class Leak:
    """Something of a person that a text says in some disguise, at some place of it."""

    person: int
    what: str
    disguise: str
    place: str


@dataclass(frozen=True)
class ConsentPlan:
    """An answer for a use; `days` is how long it holds."""

    given: bool
    given_by: str
    days: int | None


@dataclass(frozen=True)
class PersonPlan:
    """A person of a case."""

    who: int
    visibility: str
    consents: dict[str, ConsentPlan]


@dataclass(frozen=True)
class CasePlan:
    """All of a case that is drawn at random."""

    urgency: str
    languages: tuple[str, ...]
    people: tuple[PersonPlan, ...]
    sources: tuple[str, ...]
    offices: dict[str, str]
    audiences: frozenset[str]
    partners: tuple[str, ...]
    quorum: int
    release: str
    closes_after: str
    expires_after: str
    check_ins: bool
    leak: Leak | None


leaks: Final = st.builds(
    Leak,
    person=st.integers(0, 2),
    what=st.sampled_from(["name", "alias", "phone", "place"]),
    disguise=st.sampled_from(["plain", "capitals", "markup", "lines", "no accents"]),
    place=st.sampled_from(["headline", "summary", "body", "background", "demand"]),
)
maybe_leaks: Final = st.one_of(st.none(), st.none(), st.none(), st.none(), st.none(), leaks)
consents: Final = st.builds(
    ConsentPlan,
    given=st.sampled_from([True, True, True, False]),
    given_by=st.sampled_from([*GIVERS[:3], *GIVERS]),
    days=st.sampled_from([None, None, 1, 400]),
)
granted: Final = st.builds(
    ConsentPlan, given=_TRUE, given_by=st.sampled_from([*GIVERS[:3], *GIVERS]), days=st.just(None)
)


def _person(who: int) -> st.SearchStrategy[PersonPlan]:
    named = st.fixed_dictionaries({PUBLIC: granted, AUTHORITIES: granted}, optional={MECHANISMS: consents})
    others = st.fixed_dictionaries({}, optional=dict.fromkeys(USES, consents))
    return st.one_of(
        st.builds(PersonPlan, who=st.just(who), visibility=st.just(NAMED), consents=named),
        st.builds(
            PersonPlan, who=st.just(who), visibility=st.sampled_from([PSEUDONYM, WITHHELD]), consents=others
        ),
    )


_whos = st.lists(st.integers(0, len(AT_RISK) - 1), min_size=1, max_size=3, unique=True)
_audiences = st.frozensets(st.sampled_from(["targets", "signatories", "press", "members"]), min_size=1)


@st.composite
def cases(draw: st.DrawFn) -> CasePlan:
    """Draw a case that intake mostly takes."""
    languages = draw(st.sampled_from([("es",), ("es", "en"), ("en", "es")]))
    offices = draw(st.sets(st.sampled_from(sorted(OFFICES)), min_size=1))
    return CasePlan(
        urgency=draw(st.sampled_from(["immediate", "urgent", "standard"])),
        languages=languages,
        people=tuple(draw(_person(who)) for who in draw(_whos)),
        sources=draw(st.sampled_from([(DIRECT,), ("family", "media"), ("media",), SOURCES])),
        offices={kind: draw(st.sampled_from(languages)) for kind in sorted(offices)},
        audiences=draw(_audiences),
        partners=draw(st.sampled_from([(), SLUGS[:1], SLUGS[:2], SLUGS])),
        quorum=draw(st.integers(1, 2)),
        release=draw(st.sampled_from(["at_quorum_or_close", "at_close", "by_hand"])),
        closes_after=draw(st.sampled_from(["PT2S", "PT2H"])),
        expires_after=draw(st.sampled_from(["PT2H", "PT2H", "PT3S"])),
        check_ins=draw(st.booleans()),
        leak=draw(maybe_leaks),
    )


def appearing(people: list[AtRisk]) -> str:
    """Name people in a text as each may be called."""
    shown = [f"**{person.shown}**" for person in people if person.shown]
    return " y ".join(shown) or "Una compañera"


def written(languages: tuple[str, ...], people: list[AtRisk], leak: Leak | None) -> dict[str, Text]:
    """Write a text in each language, known by a word that stands in no other."""
    number = next(_codes)
    code = "zz" + "".join(_LETTERS[(number >> shift) % 8] for shift in range(18, -1, -3))
    return {language: _text(f"{code}{language}", people, leak) for language in languages}


def _text(code: str, people: list[AtRisk], leak: Leak | None) -> Text:
    said = {} if leak is None else {leak.place: f" {_disguised(people, leak)}"}
    headline = f"Aviso {code}" + said.get("headline", "")
    return Text(
        headline=headline,
        summary=f"Resumen {code} del caso" + said.get("summary", ""),
        body=f"{appearing(people)} defiende el agua.{said.get('body', '')}\n\nFolio {code} del cuerpo.",
        background=f"Antecedente {code}." + said["background"] if "background" in said else None,
        demands=[f"Proteger a quienes defienden {code}." + said.get("demand", "")],
    )


def _disguised(people: list[AtRisk], leak: Leak) -> str:
    who = people[leak.person % len(people)].who
    plain = str(getattr(who, leak.what))
    middle = len(plain) // 2
    return {
        "plain": plain,
        "capitals": plain.upper(),
        "markup": f"{plain[:middle]}**{plain[middle:]}**",
        "lines": plain.replace(" ", "\n", 1),
        "no accents": plain.translate(str.maketrans("áéíóúÁÉÍÓÚñÑ", "aeiouAEIOUnN")),
    }[leak.disguise]


def consent_tree(use: str, plan: ConsentPlan) -> dict[str, Any]:
    """Write a consent as the API takes it."""
    today = datetime.now(UTC).date()
    tree: dict[str, Any] = {
        "use": use,
        "given": plan.given,
        "given_by": plan.given_by,
        "method": "phone",
        "on": (today - timedelta(days=3)).isoformat(),
    }
    if plan.days is not None:
        tree["until"] = (today + timedelta(days=plan.days)).isoformat()
    return tree | ({"reason": "Está incomunicada."} if plan.given_by == "not_obtainable" else {})


def consent_known(plan: ConsentPlan, life: int) -> Consent:
    """Return what the model knows of a consent."""
    until = None if plan.days is None else datetime.now(UTC).date() + timedelta(days=plan.days)
    return Consent(plan.given, plan.given_by, until, life)


def shown_as(who: int, visibility: str) -> str | None:
    """Return by which name somebody appears."""
    somebody = AT_RISK[who]
    return {NAMED: somebody.name, PSEUDONYM: somebody.pseudonym, WITHHELD: None}[visibility]
