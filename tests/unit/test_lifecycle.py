import pytest

from models.lifecycle import (
    ENDED,
    TRANSITIONS,
    Decision,
    Phase,
    Refusal,
    Standing,
    may_move,
    refusal_of,
)

OPEN = [phase for phase in Phase if phase not in ENDED]
EVERY_STANDING = [
    Standing(phase, on_hold, lacking, releasable)
    for phase in Phase
    for on_hold in (False, True)
    for lacking in ((), (Refusal.ATTESTATIONS_MISSING,), (Refusal.SOURCES_MISSING, Refusal.APPROVAL_MISSING))
    for releasable in (False, True)
]
AFTER_THE_END = {Decision.ATTEST, Decision.STOP, Decision.WITHDRAW, Decision.REOPEN, Decision.REVOKE}
"""What may be decided of an action that has ended, too."""


def test_every_phase_has_its_moves() -> None:
    assert TRANSITIONS.keys() == set(Phase)


def test_an_action_ends_closed_dormant_rejected_or_stopped_and_in_no_other_phase() -> None:
    assert {Phase.CLOSED, Phase.DORMANT, Phase.REJECTED, Phase.STOPPED} == ENDED


def test_only_what_was_closed_moves_again_by_reopening_or_by_a_late_stop() -> None:
    moves = {(ended, phase) for ended in ENDED for phase in Phase if may_move(ended, phase)}
    asleep = (Phase.CLOSED, Phase.DORMANT)
    assert moves == {(one, phase) for one in asleep for phase in (Phase.VERIFYING, Phase.STOPPED)}


def test_every_open_phase_can_be_stopped() -> None:
    assert all(may_move(phase, Phase.STOPPED) for phase in OPEN)


def test_every_open_phase_that_was_taken_up_can_be_closed() -> None:
    assert {phase for phase in OPEN if not may_move(phase, Phase.CLOSED)} == {Phase.RECEIVED}


def test_no_phase_leads_to_itself_or_back_to_intake() -> None:
    assert not any(may_move(phase, phase) for phase in Phase)
    assert not any(may_move(phase, Phase.RECEIVED) for phase in Phase)


def test_every_phase_can_be_reached_from_intake() -> None:
    reached, found = set[Phase](), {Phase.RECEIVED}
    while found != reached:
        reached = set(found)
        found |= {following for phase in reached for following in TRANSITIONS[phase]}
    assert reached == set(Phase)


def test_only_what_is_followed_up_falls_asleep() -> None:
    assert {phase for phase in Phase if may_move(phase, Phase.DORMANT)} == {Phase.FOLLOWING_UP}


def test_nothing_is_released_that_was_not_verified() -> None:
    before_release = {phase for phase in Phase if may_move(phase, Phase.RELEASING)}
    assert before_release == {Phase.VERIFYING, Phase.SIGNING}


@pytest.mark.parametrize("decision", sorted(set(Decision) - AFTER_THE_END))
@pytest.mark.parametrize("phase", sorted(ENDED))
def test_an_ended_action_takes_no_decision_but_a_few(decision: Decision, phase: Phase) -> None:
    assert refusal_of(decision, Standing(phase, on_hold=False)) is Refusal.ALREADY_ENDED


def test_what_was_closed_can_still_be_stopped_and_withdrawn_and_alone_be_reopened() -> None:
    assert refusal_of(Decision.STOP, Standing(Phase.CLOSED, on_hold=False)) is None
    assert refusal_of(Decision.STOP, Standing(Phase.STOPPED, on_hold=False)) is Refusal.ALREADY_ENDED
    assert refusal_of(Decision.STOP, Standing(Phase.REJECTED, on_hold=False)) is Refusal.ALREADY_ENDED
    reopened = {
        phase for phase in Phase if refusal_of(Decision.REOPEN, Standing(phase, on_hold=False)) is None
    }
    assert reopened == {Phase.CLOSED, Phase.DORMANT}


def test_only_the_notice_of_a_stop_is_attested_after_the_end() -> None:
    refused = {phase for phase in ENDED if refusal_of(Decision.ATTEST, Standing(phase, on_hold=False))}
    assert refused == {Phase.CLOSED, Phase.DORMANT, Phase.REJECTED}


@pytest.mark.parametrize("phase", Phase)
def test_consent_can_be_taken_back_at_any_time_and_withdrawn_once(phase: Phase) -> None:
    standing = Standing(phase, on_hold=True, lacking=(Refusal.SOURCES_MISSING,))
    assert refusal_of(Decision.REVOKE, standing) is None
    assert refusal_of(Decision.WITHDRAW, standing) is None
    withdrawn = standing._replace(withdrawn=True)
    assert refusal_of(Decision.WITHDRAW, withdrawn) is Refusal.ALREADY_WITHDRAWN
    assert refusal_of(Decision.REVOKE, withdrawn) is None


@pytest.mark.parametrize("phase", OPEN)
def test_an_open_action_can_always_be_stopped_and_closed(phase: Phase) -> None:
    for decision in (Decision.STOP, Decision.CLOSE):
        for on_hold in (False, True):
            assert refusal_of(decision, Standing(phase, on_hold)) is None


@pytest.mark.parametrize("phase", OPEN)
def test_only_before_sign_on_a_case_is_returned_or_rejected_and_a_returned_one_is_completed(
    phase: Phase,
) -> None:
    standing, early = Standing(phase, on_hold=False), {Phase.RECEIVED, Phase.VERIFYING, Phase.RETURNED}
    late = None if phase in early else Refusal.ALREADY_VERIFIED
    assert refusal_of(Decision.REJECT, standing) is late
    returned = phase is Phase.RETURNED
    assert refusal_of(Decision.RETURN, standing) is (Refusal.RETURNED if returned else late)
    assert refusal_of(Decision.ATTEST, standing) is (Refusal.RETURNED if returned else None)
    assert refusal_of(Decision.COMPLETE, standing) is (None if returned else Refusal.NOT_RETURNED)


@pytest.mark.parametrize("phase", OPEN)
def test_a_hold_begins_once_and_ends_once(phase: Phase) -> None:
    running = Standing(phase, on_hold=False)
    held = Standing(phase, on_hold=True)
    assert refusal_of(Decision.HOLD, running) is None
    assert refusal_of(Decision.HOLD, held) is Refusal.ALREADY_ON_HOLD
    assert refusal_of(Decision.RESUME, held) is None
    assert refusal_of(Decision.RESUME, running) is Refusal.NOT_ON_HOLD


@pytest.mark.parametrize("standing", EVERY_STANDING, ids=str)
def test_a_release_needs_all_that_the_gate_asks_no_hold_and_a_document_that_is_not_out(
    standing: Standing,
) -> None:
    expected = None
    if standing.on_hold:
        expected = Refusal.ON_HOLD
    if standing.phase is Phase.FOLLOWING_UP and not standing.releasable:
        expected = Refusal.ALREADY_RELEASED
    if standing.lacking:
        expected = standing.lacking[0]
    if standing.phase is Phase.RELEASING:
        expected = Refusal.ALREADY_RELEASED
    if standing.phase is Phase.RETURNED:
        expected = Refusal.RETURNED
    if standing.phase in ENDED:
        expected = Refusal.ALREADY_ENDED
    assert refusal_of(Decision.RELEASE, standing) is expected
