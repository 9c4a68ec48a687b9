"""Commands that show what a release will be: whom it goes to, and its messages."""

import time
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from console.answers import Answer, UnreachableTarget, read
from console.client import ApiClient
from console.errors import UnreachableError
from console.session import (
    DEFAULT_API_URL,
    ApiKey,
    ApiUrl,
    AsJson,
    Reference,
    Session,
    action_path,
    session,
)
from console.words import CHANNELS, named, phrase, unreachable_words

PATIENCE_SECONDS = 120
BETWEEN_LOOKS_SECONDS = 0.5

ONLY_YOU = (
    "They went to you alone. What cannot go to you (documents for partners' systems, and texts where no "
    "telephone of yours is on record) is shown without --send."
)

Send = Annotated[
    bool, typer.Option("--send", help="Also send them, to your own mail address and telephone and no other.")
]


class Group(Answer):
    """How many messages go to one kind of recipient, on one channel, in one language."""

    recipient: str
    channel: str
    language: str
    count: int


class Listed(Answer):
    """How many contacts of a list are written to."""

    slug: str
    count: int


class Preview(Answer):
    """Whom a release goes to."""

    document: str
    total: int
    confirm_above: int
    languages: tuple[str, ...]
    waiting_for_approval: tuple[str, ...]
    groups: tuple[Group, ...]
    lists: tuple[Listed, ...]
    unreachable_contacts: int
    unreachable_targets: tuple[UnreachableTarget, ...]


class Message(Answer):
    """One message as it will go out."""

    channel: str
    language: str
    recipient: str
    subject: str | None
    text: str | None
    attachments: tuple[str, ...]
    failure: str | None


class Rehearsal(Answer):
    """A rehearsal with its messages."""

    document: str
    number: int
    sent: bool
    ready: bool
    messages: tuple[Message, ...]


def preview(
    reference: Reference,
    *,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Show how many a release goes to, by recipient, channel and language, and who cannot be written to."""
    with session(api_url, api_key, as_json=as_json) as opened:
        answer = opened.client.get(action_path(reference, "preview"))
        if as_json:
            opened.screen.json(answer)
        else:
            _show(opened, read(Preview, answer))


def rehearse(
    reference: Reference,
    *,
    send: Send = False,
    api_url: ApiUrl = DEFAULT_API_URL,
    api_key: ApiKey = None,
    as_json: AsJson = False,
) -> None:
    """Have one message of each kind made as a release would send it, and show them."""
    path = action_path(reference, "rehearsals")
    with session(api_url, api_key, as_json=as_json) as opened:
        begun = read(Rehearsal, opened.client.post(path, {"send": send}))
        answer = next(_when_ready(opened.client, f"{path}/{begun.number}"))
        if as_json:
            opened.screen.json(answer)
            return
        made = read(Rehearsal, answer)
        for message in made.messages:
            _show_message(opened, message)
        told = f"{len(made.messages)} messages of {made.document} were made."
        opened.screen.show(Text(f"{told} {ONLY_YOU if made.sent else 'None was sent.'}"))


def _when_ready(client: ApiClient, path: str) -> Iterator[str]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = client.get(path)
        if read(Rehearsal, answer).ready:
            yield answer
        time.sleep(BETWEEN_LOOKS_SECONDS)
    raise UnreachableError("The messages are not made yet: the action is on hold, or no worker runs.")


def counted(opened: Session, reference: str) -> Preview:
    """Fetch whom a release goes to."""
    return read(Preview, opened.client.get(action_path(reference, "preview")))


def _show(opened: Session, seen: Preview) -> None:
    table = Table("Recipients", "Channel", "Language", "Messages", box=None)
    for group in seen.groups:
        table.add_row(
            phrase(group.recipient), named(CHANNELS, group.channel), group.language, str(group.count)
        )
    opened.screen.show(Text(f"{seen.document} goes to {seen.total} recipients."), table)
    for listed in seen.lists:
        opened.screen.show(Text(f"List {listed.slug}: {listed.count}"))
    for language in seen.waiting_for_approval:
        opened.screen.say(f"The text in {language} is not approved yet, and does not go out.")
    if seen.unreachable_contacts:
        opened.screen.say(f"{seen.unreachable_contacts} contacts cannot, or must not, be written to.")
    for target in seen.unreachable_targets:
        opened.screen.say(unreachable_words(target))


def _show_message(opened: Session, message: Message) -> None:
    heading = f"{phrase(message.recipient)}, {named(CHANNELS, message.channel)}, {message.language}"
    opened.screen.show(Rule(heading, align="left"))
    if message.failure:
        opened.screen.say(f"It could not be made: {message.failure}.")
    if message.subject:
        opened.screen.show(Text(message.subject, style="bold"))
    for name in message.attachments:
        opened.screen.show(Text(f"[{name}]"))
    if message.text:
        opened.screen.show(Text(message.text))
