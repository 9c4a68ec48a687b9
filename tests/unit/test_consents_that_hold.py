"""Which consents hold, and which must be asked for again after an action was reopened."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.actions import UrgentAction
from models.columns import now
from models.consents import Consent
from models.vocabulary import ConsentUse
from storage.consents import is_asked_again, is_live, live_uses

REOPENED = now()
BEFORE, AFTER = REOPENED - timedelta(hours=1), REOPENED + timedelta(hours=1)
TODAY = REOPENED.date()
YESTERDAY = TODAY - timedelta(days=1)


def action(**columns: Any) -> UrgentAction:
    return UrgentAction(**columns)


def consent(**changes: Any) -> Consent:
    said: dict[str, Any] = {"given": True, "recorded_at": AFTER, "revoked_at": None, "valid_until": None}
    return Consent(**{"person_at_risk_id": uuid4(), "use": ConsentUse.NAME_IN_PUBLIC, **said, **changes})


@pytest.mark.parametrize(
    ("changes", "live", "asked_again"),
    [
        ({}, True, False),
        ({"recorded_at": REOPENED}, True, False),
        ({"given": False}, False, False),
        ({"revoked_at": AFTER}, False, False),
        ({"valid_until": YESTERDAY}, False, False),
        ({"recorded_at": BEFORE}, False, True),
        ({"recorded_at": BEFORE, "given": False}, False, False),
        ({"recorded_at": BEFORE, "revoked_at": BEFORE}, False, False),
        ({"recorded_at": BEFORE, "valid_until": YESTERDAY}, False, True),
    ],
)
def test_what_was_said_before_a_reopening_is_asked_again_unless_it_was_no(
    changes: dict[str, Any], *, live: bool, asked_again: bool
) -> None:
    reopened, said = action(reopened_at=REOPENED), consent(**changes)
    assert (is_live(said, reopened), is_asked_again(said, reopened)) == (live, asked_again)
    assert live_uses([said], reopened) == ({(said.person_at_risk_id, said.use)} if live else set())


def test_a_consent_holds_through_its_last_day() -> None:
    reopened, said = action(reopened_at=REOPENED), consent(valid_until=now().date())
    assert (is_live(said, reopened), is_asked_again(said, reopened)) == (True, False)


def test_in_an_action_that_was_never_reopened_nothing_is_asked_again() -> None:
    whole, said = action(reopened_at=None), consent(recorded_at=BEFORE)
    assert (is_live(said, whole), is_asked_again(said, whole)) == (True, False)
