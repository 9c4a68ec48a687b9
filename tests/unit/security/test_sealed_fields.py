import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.fields import FieldCipher
from security.keys import KeyRing, UnknownKeyError, new_key_ring
from security.sealing import RefusedError

OLD = new_key_ring("old")
NEW = new_key_ring("new")
CANARY = "Marichuy Canary-8812"
PLACE = "person_at_risk:7d2c"
CIPHER = FieldCipher(KeyRing.parse(OLD))


@given(text=st.text(), place=st.text(min_size=1))
def test_a_sealed_text_opens_in_its_place(text: str, place: str) -> None:
    assert CIPHER.open(CIPHER.seal(text, context=place), context=place) == text


@given(text=st.text(min_size=8))
def test_a_sealed_text_does_not_hold_the_text(text: str) -> None:
    assert text.encode() not in CIPHER.seal(text, context=PLACE)


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    assert len({CIPHER.seal(CANARY, context=PLACE) for _ in range(100)}) == 100


def test_the_key_id_is_written_in_the_sealed_text() -> None:
    assert CIPHER.seal("", context=PLACE)[:5] == b"\x01\x03old"


def test_an_old_key_still_opens_and_the_first_key_seals() -> None:
    sealed_before = CIPHER.seal(CANARY, context=PLACE)
    rotated = FieldCipher(KeyRing.parse(f"{NEW},{OLD}"))

    assert rotated.open(sealed_before, context=PLACE) == CANARY
    assert rotated.seal(CANARY, context=PLACE)[2:5] == b"new"


def test_a_key_that_was_dropped_is_refused() -> None:
    with pytest.raises(UnknownKeyError):
        FieldCipher(KeyRing.parse(NEW)).open(CIPHER.seal(CANARY, context=PLACE), context=PLACE)


def test_a_wrong_key_of_the_same_id_is_refused() -> None:
    other = FieldCipher(KeyRing.parse(new_key_ring("old")))

    with pytest.raises(RefusedError):
        other.open(CIPHER.seal(CANARY, context=PLACE), context=PLACE)


@pytest.mark.parametrize("place", ["person_at_risk:7d2d", "person_at_risk:7d2", "contact:7d2c", PLACE + "\0"])
def test_a_text_moved_to_another_place_is_refused(place: str) -> None:
    with pytest.raises(RefusedError):
        CIPHER.open(CIPHER.seal(CANARY, context=PLACE), context=place)


SEALED = CIPHER.seal(CANARY, context=PLACE)


@given(position=st.integers(0, len(SEALED) - 1), change=st.integers(1, 255))
def test_a_sealed_text_with_one_changed_byte_is_refused(position: int, change: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= change

    with pytest.raises((RefusedError, UnknownKeyError)) as caught:
        CIPHER.open(bytes(changed), context=PLACE)

    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_sealed_text_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises((RefusedError, UnknownKeyError)):
        CIPHER.open(SEALED[:length], context=PLACE)


@given(blob=st.binary())
def test_bytes_that_were_never_sealed_are_refused(blob: bytes) -> None:
    with pytest.raises((RefusedError, UnknownKeyError)):
        CIPHER.open(blob, context=PLACE)


def test_bytes_added_to_a_sealed_text_are_refused() -> None:
    with pytest.raises(RefusedError):
        CIPHER.open(SEALED + b"\0", context=PLACE)


def test_a_sealed_text_renamed_to_another_key_id_is_refused() -> None:
    twice = FieldCipher(KeyRing.parse(f"{OLD},{OLD.replace('old', 'two')}"))

    with pytest.raises(RefusedError):
        twice.open(SEALED.replace(b"old", b"two", 1), context=PLACE)


def test_a_missing_place_is_refused() -> None:
    with pytest.raises(ValueError, match="context must name"):
        CIPHER.seal(CANARY, context="")
    with pytest.raises(ValueError, match="context must name"):
        CIPHER.open(SEALED, context="")


def test_half_a_surrogate_pair_is_refused_without_its_text() -> None:
    with pytest.raises(ValueError, match="surrogate") as caught:
        CIPHER.seal(f"{CANARY}\ud800", context=PLACE)

    assert CANARY not in repr(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert caught.value.__context__ is None
