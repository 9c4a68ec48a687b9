"""What a receipt may change: each move, and that no order of arrival leads to another end."""

from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact_vocabulary import SAID_NO, SuppressionReason
from models.delivery_receipts import ALLOWED, BOUNCES, SUPPRESSES, ReceiptKind, moved
from models.messages import DeliveryState
from models.suppressions import LiftReason, may_be_lifted

S, R = DeliveryState, ReceiptKind
OPEN = (S.READY, S.SENDING, S.UNKNOWN)
ENDED_OTHERWISE = {S.PARKED, S.FAILED, S.SUPPRESSED, S.CANCELLED}

MOVES = {(state, after) for state in OPEN for after in (S.SENT, S.DELIVERED, S.BOUNCED)} | {
    (S.SENT, S.DELIVERED),
    (S.SENT, S.BOUNCED),
    (S.DELIVERED, S.BOUNCED),
}
SAYS = {
    R.ACCEPTED: S.SENT,
    R.DEFERRED: S.SENT,
    R.DELIVERED: S.DELIVERED,
    R.COMPLAINED: S.DELIVERED,
    R.SOFT_BOUNCE: S.BOUNCED,
    R.HARD_BOUNCE: S.BOUNCED,
    R.OPTED_OUT: S.BOUNCED,
}


def test_the_table_of_moves_is_this_one() -> None:
    assert ALLOWED == MOVES


@pytest.mark.parametrize(("state", "said"), list(product(S, R)))
def test_a_receipt_moves_a_delivery_as_the_table_says_and_nowhere_else(
    state: DeliveryState, said: ReceiptKind
) -> None:
    after = SAYS[said]
    assert moved(state, said) is (after if (state, after) in MOVES else state)


@pytest.mark.parametrize("said", R)
def test_what_ended_otherwise_stays_so_whatever_is_said(said: ReceiptKind) -> None:
    assert {moved(state, said) for state in ENDED_OTHERWISE} == ENDED_OTHERWISE


def _end(state: DeliveryState, told: tuple[ReceiptKind, ...]) -> DeliveryState:
    for said in told:
        state = moved(state, said)
    return state


@given(st.sampled_from(S), st.lists(st.sampled_from(R), max_size=6), st.randoms(use_true_random=False))
def test_any_order_with_any_repetition_leads_to_the_same_end(
    state: DeliveryState, told: list[ReceiptKind], random: Random
) -> None:
    again = [*told, *told[: len(told) // 2]]
    random.shuffle(again)
    assert _end(state, tuple(again)) is _end(state, tuple(told))


def test_every_order_of_all_kinds_ends_as_bounced() -> None:
    assert {_end(S.UNKNOWN, told) for told in permutations(R)} == {S.BOUNCED}


def test_a_receipt_leads_from_doubt_to_a_state_that_is_final() -> None:
    assert {moved(S.UNKNOWN, said) for said in R} == {S.SENT, S.DELIVERED, S.BOUNCED}


def test_the_address_is_given_up_after_a_hard_bounce_a_complaint_and_an_unsubscription_alone() -> None:
    assert SUPPRESSES.keys() == {R.HARD_BOUNCE, R.COMPLAINED, R.OPTED_OUT}
    assert {kind for kind in R if moved(S.SENT, kind) is S.BOUNCED} == set(BOUNCES)


@pytest.mark.parametrize(("reason", "why"), list(product(SuppressionReason, LiftReason)))
def test_only_her_own_consent_lifts_what_was_her_own_wish(reason: SuppressionReason, why: LiftReason) -> None:
    assert may_be_lifted(reason, why) == (reason not in SAID_NO or why is LiftReason.OWN_CONSENT)


def test_her_own_wish_is_to_complain_to_leave_the_lists_or_to_opt_out() -> None:
    assert {reason.value for reason in SAID_NO} == {"complained", "unsubscribed", "opted_out", "removed"}
