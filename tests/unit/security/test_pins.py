"""Which PINs may be chosen, and that a kept one can be checked and not read."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from argon2.profiles import CHEAPEST
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from security.keys import decode_key, new_key
from security.pins import LONGEST, PARAMETERS, SHORTEST, PinHasher, PinProblem, problem_of

KEY = decode_key(new_key())
HASHER = PinHasher(KEY)
PERSON = uuid4()
PIN = SecretStr("493817")
DIGITS = "0123456789"


def problem(digits: str) -> PinProblem | None:
    return problem_of(SecretStr(digits))


def is_trivial(digits: str) -> bool:
    """Tell by looking it up what the rule tells by counting steps."""
    ring = DIGITS * 3
    return digits in ring or digits in ring[::-1] or digits in {digit * len(digits) for digit in DIGITS}


@given(st.text(DIGITS, min_size=SHORTEST, max_size=LONGEST))
def test_of_the_right_length_every_pin_may_be_chosen_that_is_not_trivial(digits: str) -> None:
    assert (problem(digits) is None) == (not is_trivial(digits))


@given(st.sampled_from(DIGITS), st.integers(SHORTEST, LONGEST))
def test_one_digit_again_and_again_is_refused(digit: str, length: int) -> None:
    assert problem(digit * length) is PinProblem.ALL_THE_SAME


@given(st.integers(0, 9), st.integers(SHORTEST, LONGEST), st.booleans())
def test_a_straight_run_is_refused_from_wherever_it_starts(start: int, length: int, down: bool) -> None:  # noqa: FBT001
    run = (DIGITS * 3)[start : start + length]
    assert problem(run[::-1] if down else run) is PinProblem.STRAIGHT_RUN


@given(st.text(DIGITS, min_size=1).filter(lambda digits: not SHORTEST <= len(digits) <= LONGEST))
def test_any_other_length_is_refused(digits: str) -> None:
    assert problem(digits) is PinProblem.WRONG_LENGTH


@given(st.text(min_size=1).filter(lambda typed: not set(typed) <= set(DIGITS)))
def test_anything_but_the_ten_digits_is_refused(typed: str) -> None:
    assert problem(typed) is PinProblem.NOT_DIGITS


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", PinProblem.MISSING),
        ("12345", PinProblem.WRONG_LENGTH),
        ("1234567890123", PinProblem.WRONG_LENGTH),
        ("123456", PinProblem.STRAIGHT_RUN),
        ("987654321098", PinProblem.STRAIGHT_RUN),
        ("567890", PinProblem.STRAIGHT_RUN),
        ("000000", PinProblem.ALL_THE_SAME),
        ("49381 7", PinProblem.NOT_DIGITS),
        ("٤٩٣٨١٧", PinProblem.NOT_DIGITS),
        ("¹²³⁴⁵⁶", PinProblem.NOT_DIGITS),
        ("-49381", PinProblem.NOT_DIGITS),
        ("123457", None),
        ("112233", None),
        ("493817", None),
        ("493817493817", None),
    ],
)
def test_examples_of_the_rule(typed: str, found: PinProblem | None) -> None:
    assert problem(typed) is found


async def test_the_right_pin_fits_and_no_other_does() -> None:
    kept = await HASHER.hash(PERSON, PIN)
    assert (await HASHER.judge(PIN)(PERSON, kept)) == (True, None)
    for other in ("493818", "49381", "4938170", "", "0493817", "493817\0", "\ud800" * 6, "9" * 100_000):
        assert (await HASHER.judge(SecretStr(other))(PERSON, kept)) == (False, None), len(other)


async def test_a_pin_is_kept_as_argon2id_with_the_declared_costs_and_a_salt_of_its_own() -> None:
    first, second = await HASHER.hash(PERSON, PIN), await HASHER.hash(PERSON, PIN)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert extract_parameters(first) == PARAMETERS


async def test_a_hash_fits_neither_another_person_nor_another_servers_key() -> None:
    kept = await HASHER.hash(PERSON, PIN)
    assert not (await HASHER.judge(PIN)(uuid4(), kept)).right
    assert not (await PinHasher(decode_key(new_key())).judge(PIN)(PERSON, kept)).right


async def test_a_hash_made_with_other_costs_is_renewed_when_the_right_pin_is_typed() -> None:
    cheap = PinHasher(KEY, CHEAPEST)
    kept = await cheap.hash(PERSON, PIN)
    assert (await HASHER.judge(SecretStr("493818"))(PERSON, kept)) == (False, None)
    verdict = await HASHER.judge(PIN)(PERSON, kept)
    assert verdict.right
    assert verdict.renewed
    assert extract_parameters(verdict.renewed) == PARAMETERS
    assert (await HASHER.judge(PIN)(PERSON, verdict.renewed)) == (True, None)


async def test_what_is_no_hash_is_an_error_that_says_nothing_of_the_pin() -> None:
    with pytest.raises(InvalidHashError) as raised:
        await HASHER.judge(PIN)(PERSON, "not a hash")
    assert "493817" not in repr(raised.value)


async def test_the_event_loop_goes_on_while_pins_are_hashed() -> None:
    slow = PinHasher(KEY, replace(PARAMETERS, time_cost=20))
    hashing = asyncio.create_task(slow.hash(PERSON, PIN))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


def test_nothing_that_holds_a_pin_shows_it() -> None:
    assert "493817" not in f"{PIN!r} {HASHER.judge(PIN)!r} {HASHER!r} {HASHER.__dict__}"
