from datetime import UTC, date, datetime, timedelta

import pytest

from console.answers import Consent, Event
from console.purposes import PURPOSES
from console.words import (
    CHANNELS,
    DECIDED,
    EVENTS,
    READERS,
    clock,
    consent_words,
    event_words,
    span,
)
from models.lifecycle import Decision
from models.messages import Purpose
from models.records import EventKind
from models.vocabulary import Channel, Disclosure

TOLD_WITH_DETAIL = {
    EventKind.PHASE_CHANGED,
    EventKind.DISPATCH_FROZEN,
    EventKind.DISPATCH_REFUSED,
    EventKind.DISPATCH_ENDED,
    EventKind.PRIVATE_READ,
}


def test_every_event_channel_purpose_and_decision_has_its_words() -> None:
    assert set(EVENTS) == set(EventKind) - TOLD_WITH_DETAIL
    assert set(CHANNELS) == set(Channel)
    assert set(PURPOSES) == set(Purpose)
    assert set(DECIDED) == set(Decision)
    assert set(READERS) == set(Disclosure)


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("phase_changed", {"phase": "following_up"}, "Phase: following up"),
        ("dispatch_frozen", {"purpose": "statement", "size": 12}, "Statement: 12 in the outbox"),
        (
            "dispatch_frozen",
            {"purpose": "statement", "size": 12, "unreachable_targets": 2},
            "Statement: 12 in the outbox, 2 without a usable address",
        ),
        ("dispatch_ended", {"counts": {"sent": 11, "failed": 1}}, "Messages ended: 11 sent, 1 failed"),
        ("dispatch_ended", {}, "Messages ended: none"),
        (
            "dispatch_refused",
            {"purpose": "statement"},
            "Statement: refused, the action ended or attestations or consents are missing",
        ),
        ("private_read", {"why": "attesting", "fields": ["facts"]}, "Private details read, attesting"),
        ("phase_changed", {}, "Phase: ?"),
        ("un_answered", {}, "Un answered"),
    ],
)
def test_an_event_is_told_in_a_line(kind: str, detail: dict[str, object], told: str) -> None:
    assert event_words(Event(at=datetime.now(UTC), kind=kind, person=None, detail=detail)) == told


def test_who_decided_is_told_with_the_event() -> None:
    held = Event(at=datetime.now(UTC), kind="held", person="Ana Ejemplo", detail={})

    assert event_words(held) == "Put on hold (Ana Ejemplo)"


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(days=42, hours=3, minutes=5), "42 d 3 h"),
        (timedelta(hours=47, minutes=59), "1 d 23 h"),
        (timedelta(hours=3, seconds=59), "3 h 0 min"),
        (timedelta(minutes=3, seconds=7), "3 min 7 s"),
        (timedelta(seconds=41), "41 s"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(length: timedelta, told: str) -> None:
    assert span(length) == told


def test_a_moment_of_another_day_is_told_with_its_day() -> None:
    now = datetime.now(UTC)

    assert clock(now) == f"{now.astimezone():%H:%M}"
    assert clock(datetime(2026, 3, 5, 12, tzinfo=UTC)).startswith(("4 Mar ", "5 Mar ", "6 Mar "))


def test_a_consent_that_was_refused_or_revoked_is_told_loudly() -> None:
    revoked_at = datetime.now(UTC)
    consent = Consent(
        use="name_in_public",
        given=False,
        given_by="family",
        method="phone",
        given_on=date(2026, 11, 17),
        valid_until=None,
        revoked_at=revoked_at,
    )

    told = consent_words(consent)

    assert told == f"Name in public: NO (family, phone, 2026-11-17), REVOKED {clock(revoked_at)}"
