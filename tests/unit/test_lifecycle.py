import pytest

from models.lifecycle import (
    ATTESTATIONS_REQUIRED,
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
    Standing(phase, on_hold, attestations)
    for phase in Phase
    for on_hold in (False, True)
    for attestations in range(ATTESTATIONS_REQUIRED + 2)
]


def test_every_phase_has_its_moves() -> None:
    assert TRANSITIONS.keys() == set(Phase)


def test_an_action_ends_closed_rejected_or_stopped_and_in_no_other_phase() -> None:
    assert {Phase.CLOSED, Phase.REJECTED, Phase.STOPPED} == ENDED


def test_from_an_ended_phase_nothing_moves() -> None:
    assert not any(may_move(ended, phase) for ended in ENDED for phase in Phase)


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


def test_nothing_is_released_that_was_not_verified() -> None:
    before_release = {phase for phase in Phase if may_move(phase, Phase.RELEASING)}
    assert before_release == {Phase.VERIFYING, Phase.SIGNING, Phase.FOLLOWING_UP}


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("phase", sorted(ENDED))
def test_an_ended_action_takes_no_decision(decision: Decision, phase: Phase) -> None:
    assert refusal_of(decision, Standing(phase, on_hold=False, attestations=2)) is Refusal.ALREADY_ENDED


@pytest.mark.parametrize("phase", OPEN)
def test_an_open_action_can_always_be_stopped_closed_and_attested(phase: Phase) -> None:
    for decision in (Decision.STOP, Decision.CLOSE, Decision.ATTEST):
        for on_hold in (False, True):
            assert refusal_of(decision, Standing(phase, on_hold, 0)) is None


@pytest.mark.parametrize("phase", OPEN)
def test_a_hold_begins_once_and_ends_once(phase: Phase) -> None:
    running = Standing(phase, on_hold=False, attestations=0)
    held = Standing(phase, on_hold=True, attestations=0)
    assert refusal_of(Decision.HOLD, running) is None
    assert refusal_of(Decision.HOLD, held) is Refusal.ALREADY_ON_HOLD
    assert refusal_of(Decision.RESUME, held) is None
    assert refusal_of(Decision.RESUME, running) is Refusal.NOT_ON_HOLD


@pytest.mark.parametrize("standing", EVERY_STANDING, ids=str)
def test_a_release_needs_two_attestations_no_hold_and_a_document_that_is_not_out(standing: Standing) -> None:
    expected = None
    if standing.on_hold:
        expected = Refusal.ON_HOLD
    if standing.attestations < 2:
        expected = Refusal.ATTESTATIONS_MISSING
    if standing.phase in {Phase.RELEASING, Phase.FOLLOWING_UP}:
        expected = Refusal.ALREADY_RELEASED
    if standing.phase in ENDED:
        expected = Refusal.ALREADY_ENDED
    assert refusal_of(Decision.RELEASE, standing) is expected
