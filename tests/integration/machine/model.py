"""What the machine knows of a case from its own calls and their answers; nothing here asks the engine."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from tests.integration.machine.cast import NEEDS, Somebody

FACTS, CONSENT = "facts", "consent"
PUBLIC, AUTHORITIES, MECHANISMS = "name_in_public", "name_to_authorities", "mechanisms"
USES = (PUBLIC, AUTHORITIES, MECHANISMS)
NAMED, PSEUDONYM, WITHHELD = "named", "pseudonym", "withheld"


@dataclass
class Consent:
    """The newest answer of a person for one use."""

    given: bool
    given_by: str
    until: date | None
    recorded_in_life: int
    revoked: bool = False
    void: bool = False
    """Whether a fact changed since: who decides by now has yet to be asked."""


@dataclass
class AtRisk:
    """One person of a case."""

    who: Somebody
    visibility: str
    shown: str | None
    consents: dict[str, Consent] = field(default_factory=dict)
    is_free: bool = False
    """Whether she was released, so that nobody else decides."""


@dataclass
class Text:
    """What was written in one language."""

    headline: str
    summary: str
    body: str
    background: str | None
    demands: list[str]

    def tree(self, language: str) -> list[object]:
        """List its parts in the order of the digest."""
        return [language, self.headline, self.summary, self.body, self.background, self.demands]


@dataclass
class Version:
    """One wording of a document; `told` are the people whose names authorities were to get with it."""

    number: int
    texts: dict[str, Text]
    author: str
    told: frozenset[int] = frozenset()
    confirmed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def digest(self) -> str:
        """The SHA-256 of all its texts, by language, as canonical JSON."""
        trees = [self.texts[language].tree(language) for language in sorted(self.texts)]
        return sha256(json.dumps(trees, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass
class Document:
    """A numbered document with all its versions, oldest first.

    One that is `guided` was prepared when a fact changed, and those before it are `replaced`.
    """

    number: int
    is_notice: bool
    versions: list[Version]
    guided: bool = False
    replaced: bool = False

    @property
    def newest(self) -> Version:
        return self.versions[-1]


@dataclass
class Case:
    """One urgent action, as far as it matters for what may leave."""

    reference: str
    author: str
    urgency: str
    languages: tuple[str, ...]
    audiences: frozenset[str]
    offices: dict[str, str]
    """The kinds of offices that are addressed, with the language of each."""
    partners: tuple[str, ...]
    people: list[AtRisk]
    sources: list[str]
    documents: list[Document]
    sign_on: bool = False
    consent_revision: int = 1
    life: int = 0
    """How often it was reopened: consents of a life before count no more."""
    held: bool = False
    stopped: bool = False
    withdrawn: bool = False
    returned: bool = False
    rejected: bool = False
    closed: bool = False
    released: bool = False
    """Whether a coordinator asked for a release, with success or none that is known."""
    signed: dict[str, str] = field(default_factory=dict)
    """Which digest each partner signed; empty where it declined."""

    def is_live(self, person: AtRisk, use: str) -> bool:
        """Tell whether somebody allows a use now."""
        consent = person.consents.get(use)
        if consent is None or not consent.given or consent.revoked or consent.void:
            return False
        if consent.recorded_in_life < self.life:
            return False
        return consent.until is None or consent.until >= datetime.now(UTC).date()

    def have_consent_confirmed_again(self) -> None:
        """Have what was confirmed of consents count no more: they are others since."""
        self.consent_revision += 1
        for version in (version for document in self.documents for version in document.versions):
            version.confirmed = {(who, what) for who, what in version.confirmed if what != CONSENT}

    def has_asked_anew(self) -> bool:
        """Tell whether whoever decides since a fact changed was asked about all that was allowed before."""
        consents = [one for person in self.people for one in person.consents.values()]
        return not any(one.void and not one.revoked for one in consents)

    @property
    def attestations_needed(self) -> int:
        """How many others must confirm facts and consent: one more where a consent could not be had."""
        unasked = any(
            self.is_live(person, use) and person.consents[use].given_by == "not_obtainable"
            for person in self.people
            for use in person.consents
        )
        return NEEDS[self.urgency].attestations + unasked

    def has_sources(self) -> bool:
        """Tell whether enough stands behind the facts."""
        needs = NEEDS[self.urgency]
        direct = self.sources.count("direct_testimony")
        return len(self.sources) >= needs.sources or (needs.direct is not None and direct >= needs.direct)

    def others_who_confirmed(self, version: Version, what: str) -> int:
        """Count those who confirmed something and wrote neither the case nor the version."""
        authors = {self.author, version.author}
        return len({who for who, confirmed in version.confirmed if confirmed == what} - authors)

    def is_attested(self, version: Version) -> bool:
        """Tell whether enough others confirmed facts and consent."""
        counted = (self.others_who_confirmed(version, what) for what in (FACTS, CONSENT))
        return min(counted) >= self.attestations_needed

    def is_approved(self, version: Version, language: str) -> bool:
        """Tell whether enough others approved the text in a language."""
        needed = NEEDS[self.urgency].approvals
        return self.others_who_confirmed(version, f"text:{language}") >= needed

    def to_be_told(self) -> frozenset[int]:
        """Return the people whose names authorities may be told beside a text that is written now."""
        return frozenset(
            number
            for number, person in enumerate(self.people)
            if person.visibility == PSEUDONYM and self.is_live(person, AUTHORITIES)
        )


@dataclass
class Era:
    """How a case stood between two changes: from the call that brought it to the answer that ended it."""

    case: Case
    since: datetime
    until: datetime | None = None
    tail: int = 0
    """How many messages arrived after it had ended that could only have left in it."""


NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Story:
    """All eras of one case, the last of them being now."""

    eras: list[Era]
    received: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The languages in which each address, by channel, got something of the case."""
    told: set[str] = field(default_factory=set)
    """Who got a statement: further information goes to them, too."""
    served: set[tuple[str, ...]] = field(default_factory=set)
    invitations: dict[str, str] = field(default_factory=dict)
    """The sign link that each partner got last."""

    @property
    def now(self) -> Case:
        """The case as it stands."""
        return self.eras[-1].case

    def untold(self) -> list[str]:
        """List who got something of a stopped case and, though all is approved, no notice of its end."""
        case, notice = self.now, self.now.documents[-1]
        if not (case.stopped and notice.is_notice):
            return []
        return [
            to
            for (channel, to), languages in self.received.items()
            if all(case.is_approved(notice.newest, language) for language in languages)
            and ("notice", channel, to, str(notice.number)) not in self.served
        ]

    def change(self, asked_at: datetime, answered_at: datetime, how: Callable[[Case], None]) -> None:
        """Begin another era with a change that was committed between two moments."""
        following = deepcopy(self.now)
        how(following)
        self.eras[-1].until = answered_at
        self.eras.append(Era(following, asked_at))

    def eras_at(self, moment: datetime, tail: timedelta = timedelta(0)) -> Iterator[Era]:
        """Yield the eras that a moment may belong to, the newest first."""
        for era in reversed(self.eras):
            if era.since <= moment <= (era.until or NEVER - tail) + tail:
                yield era
