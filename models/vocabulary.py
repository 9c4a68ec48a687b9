"""The closed vocabularies of an urgent action, shared by the case format, the tables and the API."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon the first release must be out."""

    IMMEDIATE = "immediate"
    """Hours: somebody may be killed or taken today."""
    URGENT = "urgent"
    """A day."""
    STANDARD = "standard"
    """Days."""


class Concern(StrEnum):
    """What is feared, in the words of urgent action networks."""

    DEATH_THREAT = "death_threat"
    """Somebody announced that she will be killed."""
    KILLING = "killing"
    """She was killed; others may follow."""
    ENFORCED_DISAPPEARANCE = "enforced_disappearance"
    """Taken by or with agents of the state, fate unknown (ICPPED, article 2)."""
    DISAPPEARANCE_BY_PRIVATE_ACTORS = "disappearance_by_private_actors"
    """Taken by others than the state (ICPPED, article 3)."""
    ARBITRARY_DETENTION = "arbitrary_detention"
    """Held without lawful ground or without fair proceedings."""
    CRIMINALISATION = "criminalisation"
    """Criminal law is used to stop her work."""
    TORTURE_OR_ILL_TREATMENT = "torture_or_ill_treatment"
    """Pain inflicted or about to be inflicted on purpose."""
    SEXUAL_VIOLENCE = "sexual_violence"
    """Sexual violence, done or threatened."""
    PHYSICAL_ATTACK = "physical_attack"
    """She was attacked."""
    HARASSMENT = "harassment"
    """Repeated pressure: calls, visits, messages."""
    SURVEILLANCE = "surveillance"
    """She is followed or her devices are."""
    SMEAR_CAMPAIGN = "smear_campaign"
    """Public defamation that prepares or excuses attacks."""
    BREAK_IN = "break_in"
    """Home or office was entered, equipment taken."""
    FORCED_EVICTION = "forced_eviction"
    """Driven from home or land."""
    OTHER = "other"
    """Anything else; the facts say what."""


class PersonKind(StrEnum):
    """Who one entry of the people at risk stands for."""

    PERSON = "person"
    """One defender."""
    FAMILY = "family"
    """Her family."""
    GROUP = "group"
    """A community, collective or organisation."""


class Visibility(StrEnum):
    """How a person at risk may appear in what is sent."""

    NAMED = "named"
    """By her name."""
    PSEUDONYM = "pseudonym"
    """By the name chosen for this case."""
    WITHHELD = "withheld"
    """Not at all."""


class ConsentUse(StrEnum):
    """What a consent allows; each use is asked for on its own."""

    NAME_TO_AUTHORITIES = "name_to_authorities"
    """Her name may be given to the authorities addressed."""
    NAME_IN_PUBLIC = "name_in_public"
    """Her name may be published."""
    PHOTOGRAPH = "photograph"
    """Her photograph may be published."""
    MECHANISMS = "mechanisms"
    """The case may be submitted to UN or Inter-American mechanisms."""


class PassageReason(StrEnum):
    """Why consent passed from a person at risk to her family."""

    DEATH = "death"
    """She was killed or died."""
    DISAPPEARANCE = "disappearance"
    """She was taken or is missing."""


class ConsentGiver(StrEnum):
    """Who gave a consent."""

    HERSELF = "herself"
    """The person at risk."""
    FAMILY = "family"
    """Her family, where she cannot be asked."""
    REPRESENTATIVE = "representative"
    """Somebody whom she empowered."""
    NOT_OBTAINABLE = "not_obtainable"
    """Nobody could be asked; the reason is documented."""


class ConsentMethod(StrEnum):
    """How a consent was given."""

    IN_PERSON = "in_person"
    """Face to face."""
    PHONE = "phone"
    """By voice."""
    MESSAGE = "message"
    """By a written message on a trusted channel."""
    SIGNED_FORM = "signed_form"
    """On paper or by an electronic signature."""


class SourceKind(StrEnum):
    """Where a fact comes from."""

    DIRECT_TESTIMONY = "direct_testimony"
    """The person herself or an eyewitness."""
    FAMILY = "family"
    """Her family."""
    ORGANISATION = "organisation"
    """An organisation that accompanies her."""
    OFFICIAL_RECORD = "official_record"
    """A complaint, court file or public record."""
    MEDIA = "media"
    """Press or social media."""
    OTHER = "other"
    """Anything else; the note says what."""


class RiskLevel(StrEnum):
    """The level of a risk assessment."""

    LOW = "low"
    """Unlikely and limited."""
    MEDIUM = "medium"
    """Possible or serious."""
    HIGH = "high"
    """Likely and serious."""
    EXTREME = "extreme"
    """Imminent danger to life."""


class TargetKind(StrEnum):
    """What kind of office a target is."""

    AUTHORITY = "authority"
    """An office of a state."""
    EMBASSY = "embassy"
    """A diplomatic mission."""
    MECHANISM = "mechanism"
    """A body of the UN, the Inter-American system or the like."""
    COMPANY = "company"
    """A private company."""
    MEDIA = "media"
    """A medium that is asked for a correction or for coverage."""


class Channel(StrEnum):
    """The way a message takes."""

    EMAIL = "email"
    """SMTP (RFC 5321)."""
    SMS = "sms"
    """A text message through a provider's HTTP API."""
    PARTNER_API = "partner_api"
    """A signed webhook to a partner's own system."""
    LETTER = "letter"
    """Paper, printed and posted by people."""


class Disclosure(StrEnum):
    """To what kind of reader a message goes, and so which consents it needs."""

    PUBLIC = "public"
    """Anybody: partners, press, members, embassies, companies, media."""
    AUTHORITY = "authority"
    """An authority addressed, which may be told names that the public is not."""
    MECHANISM = "mechanism"
    """A body of the UN, the Inter-American system or the like."""


class RenderingKind(StrEnum):
    """What of a text's people a rendering shows."""

    PUBLIC = "public"
    """The text as it is: nobody is named who must not be named in public."""
    IDENTIFIED = "identified"
    """With the names of those who gave them to authorities only."""


class Audience(StrEnum):
    """To whom a release goes."""

    TARGETS = "targets"
    """The offices addressed."""
    SIGNATORIES = "signatories"
    """The partners that signed."""
    PRESS = "press"
    """Journalists and media of the contact list."""
    MEMBERS = "members"
    """Members and friends of the network."""


class ContactKind(StrEnum):
    """Which list a contact belongs to."""

    PRESS = "press"
    """A journalist or medium."""
    MEMBER = "member"
    """A member or friend of the network."""


class ReleasePolicy(StrEnum):
    """When the sign-on window gives way to the release."""

    AT_QUORUM_OR_CLOSE = "at_quorum_or_close"
    """As soon as enough partners signed, at the latest when the window closes."""
    AT_CLOSE = "at_close"
    """When the window closes."""
    BY_HAND = "by_hand"
    """When a coordinator says so."""


class DocumentKind(StrEnum):
    """What a numbered document of a case is."""

    ACTION = "action"
    """The urgent action itself."""
    FURTHER_INFORMATION = "further_information"
    """An update of the case."""
    STOP_ACTION = "stop_action"
    """The notice that the action has ended."""


class Role(StrEnum):
    """What a person may do in the engine."""

    COORDINATOR = "coordinator"
    """Starts, releases, holds, stops and closes actions."""
    VERIFIER = "verifier"
    """Attests facts and consent."""
    ADMIN = "admin"
    """Keeps partners and contacts."""


class ReadingReason(StrEnum):
    """What somebody opens the sealed part of an action for."""

    ATTESTING = "attesting"
    """To judge it before she attests."""
    COORDINATING = "coordinating"
    """To complete the case, or to reach the people in it."""
    REVIEWING = "reviewing"
    """To go through what was done."""


class Answer(StrEnum):
    """What a partner answered to an invitation."""

    SIGNED = "signed"
    """Signs the document whose digest it read."""
    DECLINED = "declined"
    """Does not sign."""
    WITHDRAWN = "withdrawn"
    """Took its signature back."""


class SignatureVisibility(StrEnum):
    """How a signature may be shown."""

    PUBLIC = "public"
    """By the partner's name."""
    AUTHORITIES = "authorities"
    """Counted, and named to authorities alone."""
    WITHHELD = "withheld"
    """Counted, not named."""


class News(StrEnum):
    """What a coordinator answers to a check-in."""

    NO_NEWS = "no_news"
    """Nothing changed."""
    NEWS = "news"
    """Something happened, and is written down elsewhere."""
    NEEDS_UPDATE = "needs_update"
    """Those who received the action should be told more."""
    CLOSE = "close"
    """It has come to its end: it is closed."""
