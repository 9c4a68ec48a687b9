"""Whether a message may have arrived: I1, I2 and I5, judged from the message and from what people did."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from tests.integration.machine import cast
from tests.integration.machine.cast import AUTHORITY, MECHANISM
from tests.integration.machine.fold import naming, says_word, words_in
from tests.integration.machine.inbox import PAGE, Message
from tests.integration.machine.model import (
    AUTHORITIES,
    MECHANISMS,
    NAMED,
    PSEUDONYM,
    PUBLIC,
    WITHHELD,
    AtRisk,
    Case,
    Story,
    Text,
    Version,
)
from tests.integration.machine.neutral import Emails, of_inside, of_no_case, of_receipt, of_secrets, of_titles

CONNECTIONS: Final = 3
"""How many messages a channel sends at once, and so how long a tail may be."""
LONGEST_LAG: Final = timedelta(seconds=2)
_STATEMENTS: Final = {"statement", "invitation", "reminder"}
_ENDING: Final = ("held", "stopped", "closed", "rejected", "returned", "withdrawn")
_INSIDE: Final = {"check_in", "alarm", "leak_alarm", "invitation_alarm", "reply_overdue", "milestone"}


def wrongs(message: Message, stories: Mapping[str, Story], emails: Emails) -> list[str]:
    """List what is wrong with a message; nothing where it was right at a moment that it may have left at."""
    kind = message.kind
    if kind is None:
        return ["it is of no known kind"]
    if kind == "verification":
        return list(_of_asking(message, stories, emails))
    if kind == "address_changed":
        return list(of_no_case(message))
    story = stories.get(message.reference or "")
    if story is None:
        return ["it is about no known case"]
    found = _wrongs_by_era(message, story, emails) + list(_of_repetition(message, story))
    if kind in _STATEMENTS and not found:
        story.received.setdefault((message.channel, message.to), set()).add(_language(message))
    if kind == "statement" and not found:
        story.told.add(message.to)
    return found


def wrongs_of_page(page: Message, story: Story, *, asks: bool) -> list[str]:
    """List what is wrong with the page behind a sign link; only one that `asks` shows the statement."""
    if asks:
        return list(_of_statement(page, story.now, story, {}))
    live = {person.who for person in story.now.people if _is_public(story.now, person)}
    texts = list(page.parts)
    return [
        f"it says the {what} of {one.pseudonym}"
        for one in cast.AT_RISK
        if one not in live
        for what in naming(one, texts)
    ]


def _is_public(case: Case, person: AtRisk) -> bool:
    return person.visibility == NAMED and case.is_live(person, PUBLIC)


def _wrongs_by_era(message: Message, story: Story, emails: Emails) -> list[str]:
    """Judge by every era that the message may belong to; one that has ended forgives a short tail only."""
    judge = _JUDGES[message.kind or ""]
    latest: list[str] = []
    for era in story.eras_at(message.received_at):
        found = list(judge(message, era.case, story, emails))
        if not found:
            return []
        latest = latest or found
    for era in story.eras_at(message.received_at, LONGEST_LAG):
        if (
            era.until
            and era.until < message.received_at
            and not list(judge(message, era.case, story, emails))
        ):
            era.tail += 1
            return [] if era.tail <= CONNECTIONS else [f"it is number {era.tail} of a tail", *latest]
    return latest or ["it came when the case did not exist"]


def _of_repetition(message: Message, story: Story) -> Iterator[str]:
    if message.kind not in {"statement", "notice", "invitation"}:
        return
    key = (message.kind, message.channel, message.to, str(message.number))
    if key in story.served:
        yield "its reader had got it before"
    story.served.add(key)


def _of_asking(message: Message, stories: Mapping[str, Story], emails: Emails) -> Iterator[str]:
    """A verifier is told that a case waits, and nothing of it; there must be one that may wait."""
    if not any(
        _may_be_verified(era.case)
        for story in stories.values()
        for era in story.eras_at(message.received_at, LONGEST_LAG)
    ):
        yield "no case may wait for it"
    if message.to not in emails.values():
        yield "it asks somebody who is no verifier"
    yield from of_no_case(message)


def _may_be_verified(case: Case) -> bool:
    ended = case.rejected or (case.closed and not case.stopped)
    return not (case.held or case.returned or ended)


def _of_signing_again(message: Message, case: Case, _story: Story, _emails: Emails) -> Iterator[str]:
    """A partner is asked about a newer text than it signed, which others have confirmed."""
    yield from (f"the case is {state}" for state in _ENDING if getattr(case, state))
    document = next((one for one in case.documents if one.number == message.number), None)
    if document is None or document.is_notice or not case.has_sources():
        yield "it is about no document of the case, or its sources are too few"
        return
    newest = document.newest
    signed = {cast.PARTNERS[slug]: digest for slug, digest in case.signed.items()}
    if signed.get(message.to, newest.digest) == newest.digest:
        yield "its partner signed no other text"
    if not case.is_approved(newest, _language(message)) or not case.is_attested(newest):
        yield "the newest version is confirmed by too few others"
    yield from _of_facts(message, case)
    yield from _of_names(message, case, newest)


def _of_statement(message: Message, case: Case, story: Story, _emails: Emails) -> Iterator[str]:
    """The document, or an invitation to sign it, goes out of a case that runs, is sourced and attested."""
    yield from (f"the case is {state}" for state in _ENDING if getattr(case, state))
    if not case.has_sources():
        yield "its sources are too few"
    if message.kind == "statement" and not case.sign_on and not case.released:
        yield "nobody released it"
    version = _version(message, case)
    if isinstance(version, str):
        yield version
        return
    yield from _of_facts(message, case)
    yield from _of_version(message, case, version)
    yield from _of_recipient(message, case, version, story)
    yield from _of_names(message, case, version)


def _of_facts(message: Message, case: Case) -> Iterator[str]:
    """Nothing that was written before a fact changed goes out, and none of its blanks."""
    if any(one.replaced for one in case.documents if one.number == message.number):
        yield "facts changed since it was written"
    if not case.has_asked_anew():
        yield "somebody who decides since a fact changed was not asked"
    if "⟦" in "".join(message.parts):
        yield "something in it is left blank"


def _version(message: Message, case: Case) -> Version | str:
    """Find the version that a message shows; only the newest of a document may go out."""
    document = next((one for one in case.documents if one.number == message.number), None)
    if document is None or document.is_notice:
        return "it shows no document of the case"
    if not any(_shows(message, text) for text in document.newest.texts.values()):
        return "it does not show the newest version whole"
    return document.newest


def _language(message: Message) -> str:
    """Tell the language of a message; a text message shows it by our own words in it only."""
    spoken = "en" if re.search(r"\b(urgent action|notice) ua ", words_in(message.title)) else "es"
    return message.language or spoken


def _shows(message: Message, text: Text) -> bool:
    """Tell whether a message holds all of a text that its kind shows."""
    parts = [text.headline]
    if message.channel != "sms":
        parts.append(text.summary)
    if message.channel != "sms" and message.kind != "reminder":
        parts += [text.body, text.background or "", *text.demands]
    whole = message.whole
    return all(words_in(part.replace("**", "")) in whole for part in parts)


def _of_version(message: Message, case: Case, version: Version) -> Iterator[str]:
    language = _language(message)
    text = version.texts.get(language)
    if text is None or not _shows(message, text):
        yield f"its text is not the one in {language}"
    if not case.is_approved(version, language):
        yield f"its text in {language} is approved by too few others"
    if not case.is_attested(version):
        yield "it is attested by too few others"
    if message.digest not in {None, version.digest}:
        yield "its digest is not that of its texts"


def _of_recipient(message: Message, case: Case, version: Version, story: Story) -> Iterator[str]:
    if message.kind != "statement":
        invited = {cast.PARTNERS[slug]: slug for slug in case.partners}
        if message.to not in invited:
            yield "it invites a partner that was not to be invited"
        elif _has_answered(message, case.signed.get(invited[message.to]), version):
            yield "its partner has answered"
        return
    guided = any(one.guided for one in case.documents if one.newest is version)
    follows = story.told if message.number > 1 else set()
    reached = {to for _, to in story.received} if guided else follows | set(dict(_audience(case, version)))
    if message.to not in reached:
        yield "it goes to nobody of its audience"


def _has_answered(message: Message, digest: str | None, version: Version) -> bool:
    """Tell whether a partner is asked in vain; its page lets it sign what it declined, or another text."""
    return digest == version.digest if message.channel == PAGE else digest is not None


def _audience(case: Case, version: Version) -> Iterator[tuple[str, str]]:
    """Yield the addresses that a release goes to, each with its kind."""
    if "targets" in case.audiences:
        yield from ((cast.OFFICES[kind], kind) for kind in case.offices)
    if "signatories" in case.audiences:
        signed = [slug for slug, digest in case.signed.items() if digest == version.digest]
        yield from (
            (slug if slug == cast.WITH_A_SYSTEM else cast.PARTNERS[slug], "partner") for slug in signed
        )
    yield from ((one, "press") for one in cast.PRESS if "press" in case.audiences)
    yield from ((one, "member") for one in cast.MEMBERS if "members" in case.audiences)


def _of_names(message: Message, case: Case, version: Version) -> Iterator[str]:
    """Each person of the case appears as she allows it to this kind of reader, and nobody else appears."""
    reader = {address: kind for kind, address in cast.OFFICES.items()}.get(message.to, "public")
    use = AUTHORITIES if reader == AUTHORITY else PUBLIC
    texts = list(message.parts)
    for number, person in enumerate(case.people):
        if reader == MECHANISM and not case.is_live(person, MECHANISMS):
            yield f"{person.who.pseudonym} does not allow a submission"
        if person.visibility == NAMED and not case.is_live(person, use):
            yield f"{person.who.pseudonym} does not allow to be named to this reader"
        for what in naming(person.who, texts) - _sayable(
            case, person, told=reader == AUTHORITY and number in version.told
        ):
            yield f"it says the {what} of {person.who.pseudonym}"
        if person.visibility == WITHHELD and says_word(texts, person.who.pseudonym):
            yield f"it says the pseudonym {person.who.pseudonym}"
    strangers = set(cast.AT_RISK) - {person.who for person in case.people}
    yield from of_secrets(message, tuple(strangers))


def _sayable(case: Case, person: AtRisk, *, told: bool) -> set[str]:
    """Return what of somebody a statement may say; `told` where its reader was to get her name beside it."""
    if person.visibility == NAMED:
        return {"name", "alias", "place"}
    may_be_told = person.visibility == PSEUDONYM and case.is_live(person, AUTHORITIES)
    return {"name"} if told and may_be_told else set()


def _of_notice(message: Message, case: Case, story: Story, _emails: Emails) -> Iterator[str]:
    """Those who got something are told of the end in their language, and of nothing else."""
    if not case.stopped:
        yield "the case has not been stopped"
    document = next((one for one in case.documents if one.number == message.number and one.is_notice), None)
    if document is None:
        yield "it is no notice of the case"
        return
    language = _language(message)
    text = document.newest.texts.get(language)
    if text is None or not _shows(message, text):
        yield f"its text is not the one in {language}"
    if not case.is_approved(document.newest, language):
        yield f"its text in {language} is approved by too few others"
    if language not in story.received.get((message.channel, message.to), set()):
        yield "its reader had got nothing in this language"
    yield from of_secrets(message, cast.AT_RISK)
    yield from of_titles(message, case)


_JUDGES: Final[dict[str, Callable[[Message, Case, Story, Emails], Iterator[str]]]] = {
    **dict.fromkeys(_STATEMENTS, _of_statement),
    **dict.fromkeys(_INSIDE, of_inside),
    "notice": _of_notice,
    "receipt": of_receipt,
    "sign_again": _of_signing_again,
}
