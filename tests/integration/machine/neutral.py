"""What may be said in messages that say nothing of a case's texts: nobody is named, and no title told."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tests.integration.machine import cast
from tests.integration.machine.fold import naming, says_word, words_in
from tests.integration.machine.inbox import Message
from tests.integration.machine.model import Case, Story

Emails = Mapping[str, str]
"""The addresses of the network's own people, by their names."""

_INDEX: Final = re.compile(r"UA-\d")
"""Where a case's index begins; "UA-" alone can also stand in the token of a link."""


def of_no_case(message: Message) -> Iterator[str]:
    """Neither a case nor anybody in one is named."""
    if any(_INDEX.search(part) for part in message.parts):
        yield "it names a case"
    yield from of_secrets(message, cast.AT_RISK)


def of_secrets(message: Message, people: tuple[cast.Somebody, ...]) -> Iterator[str]:
    """Nobody at all is named, neither by name nor by pseudonym."""
    texts = list(message.parts)
    for somebody in people:
        for what in naming(somebody, texts):
            yield f"it says the {what} of {somebody.pseudonym}"
        if says_word(texts, somebody.pseudonym):
            yield f"it says the pseudonym {somebody.pseudonym}"


def of_inside(message: Message, case: Case, _story: Story, emails: Emails) -> Iterator[str]:
    """The coordinator is written to about a running case, and nobody is named."""
    if message.to != emails[case.author]:
        yield "it is not for the coordinator of the case"
    over = case.rejected or (case.closed and not case.stopped)
    over |= case.stopped if message.kind == "check_in" else False
    over |= case.returned if message.kind == "alarm" else False
    if case.held or over:
        yield "the case is on hold, was returned, or has ended"
    yield from of_secrets(message, cast.AT_RISK)
    yield from of_titles(message, case)


def of_receipt(message: Message, case: Case, _story: Story, _emails: Emails) -> Iterator[str]:
    """A partner is told what was answered for it, in a case that is neither on hold nor stopped."""
    if case.held or case.stopped or case.rejected:
        yield "the case is on hold, or was stopped"
    if message.to not in {cast.PARTNERS[slug] for slug in case.partners}:
        yield "it is for no partner of the case"
    yield from of_secrets(message, cast.AT_RISK)
    yield from of_titles(message, case)


def of_titles(message: Message, case: Case) -> Iterator[str]:
    """Nothing that the case was about is said."""
    written = [version for one in case.documents if not one.is_notice for version in one.versions]
    titles = {words_in(text.headline) for version in written for text in version.texts.values()}
    if any(title in message.whole for title in titles):
        yield "it says a title of the case"
