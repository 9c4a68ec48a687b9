"""What a case must keep: looked for in all that left, in Temporal and in the logs."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.vocabulary import Channel, ConsentUse, TargetKind, Visibility
from tests.acceptance.inboxes import Mail
from tests.acceptance.story import Story
from tests.acceptance.traces import files_of_temporal, found, logs_of, records_of


async def assert_kept_secret(story: Story, *more: str) -> None:
    """Check that nobody was told what the case keeps, and that authorities alone were told what they may.

    `more` are words that came up later, such as who else talked.
    """
    hidden = [*(word for part in story.told for word in _hidden_from_all(part)), *more]
    people = [person for part in story.told for person in part.get("people_at_risk", [])]
    for_authorities = [one["name"] for one in people if _is_hidden(one) and _known_to_authorities(one)]
    written_to = {address for part in story.told for address in _authorities(part)}
    for mail in await story.mails():
        kept = hidden if mail.to in written_to else [*hidden, *for_authorities]
        assert found(_said(mail), kept) == [], mail.to
    for received in await _by_other_channels(story):
        assert found(received, [*hidden, *for_authorities]) == []
    await _assert_no_traces(story, [*hidden, *(one["name"] for one in people)])


async def _assert_no_traces(story: Story, words: list[str]) -> None:
    """Check that neither Temporal nor a log holds a word, and that they were searched."""
    stack, reference = story.network.stack, story.reference
    kept = [one async for one in records_of(stack, f"WorkflowId STARTS_WITH '{reference}'")]
    opened = b"\n".join(one.clear + one.opened for one in kept)
    assert reference.encode() in opened
    assert b"request.served" in logs_of(stack)
    assert sum(one.unsealed for one in kept) == 0
    assert found(opened + files_of_temporal(stack) + logs_of(stack), words) == []


async def _by_other_channels(story: Story) -> list[bytes]:
    providers = story.network.providers
    received = [
        one for way in ("sms", "partner_api") for one in await providers.received(way, story.reference)
    ]
    return [one["body"].encode() for one in received]


def _said(mail: Mail) -> bytes:
    return f"{mail.subject}\n{mail.text}\n{mail.html}".encode()


def _hidden_from_all(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands in a case, or in a change of it, for those alone who work on it."""
    if "event" in part:
        yield part["event"]["facts"].strip()
    if "risk_assessment" in part:
        yield part["risk_assessment"]["note"].strip()
    if "family" in part:
        yield part["family"]["name"]
    days = part.get("follow_up", {}).get("milestones", [])
    yield from (day["note"] for day in days if "note" in day)
    for source in [*part.get("sources", []), *([part["source"]] if "source" in part else [])]:
        yield from (source[field] for field in ("name", "note") if field in source)
    for person in part.get("people_at_risk", []):
        yield from person.get("aliases", [])
        yield from person.get("private", {}).values()
        if _is_hidden(person) and not _known_to_authorities(person):
            yield person["name"]


def _is_hidden(person: Mapping[str, Any]) -> bool:
    visibility: str = person["visibility"]
    return visibility != Visibility.NAMED


def _known_to_authorities(person: Mapping[str, Any]) -> bool:
    given = {consent["use"] for consent in person["consents"] if consent["given"]}
    return person["visibility"] == Visibility.PSEUDONYM and ConsentUse.NAME_TO_AUTHORITIES in given


def _authorities(part: Mapping[str, Any]) -> Iterator[str]:
    for target in part.get("targets", []):
        if target["kind"] == TargetKind.AUTHORITY:
            yield from (one["value"] for one in target["addresses"] if one["channel"] == Channel.EMAIL)
