import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from security.keys import KeyRing, UnknownKeyError, new_key_ring
from security.payload_encryption import PayloadEncryption
from security.sealing import RefusedError, encrypt

OLD = new_key_ring("old")
NEW = new_key_ring("new")
CANARY = "Canary-3307"
CODEC = PayloadEncryption(KeyRing.parse(OLD))
CLEAR = Payload(metadata={"encoding": b"json/plain", "messageType": CANARY.encode()}, data=CANARY.encode())

payloads = st.builds(
    Payload,
    metadata=st.dictionaries(st.text(max_size=20), st.binary(max_size=40), max_size=4),
    data=st.binary(max_size=2_000),
)


def encoded(codec: PayloadEncryption, *clear: Payload) -> list[Payload]:
    return asyncio.run(codec.encode(clear))


def decoded(codec: PayloadEncryption, *sealed: Payload) -> list[Payload]:
    return asyncio.run(codec.decode(sealed))


@given(clear=st.lists(payloads, max_size=4))
def test_payloads_come_back_as_they_were_and_in_their_order(clear: list[Payload]) -> None:
    assert decoded(CODEC, *encoded(CODEC, *clear)) == clear


def test_an_encrypted_payload_says_only_its_encoding_and_key_id() -> None:
    (sealed,) = encoded(CODEC, CLEAR)

    assert dict(sealed.metadata) == {"encoding": b"binary/encrypted", "encryption-key-id": b"old"}
    assert CANARY.encode() not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()


def test_the_given_payload_is_not_changed() -> None:
    clear = Payload.FromString(CLEAR.SerializeToString())

    encoded(CODEC, clear)

    assert clear == CLEAR


def test_equal_payloads_are_encrypted_differently() -> None:
    first, second = encoded(CODEC, CLEAR, CLEAR)

    assert first.data != second.data


def test_an_old_key_still_decodes_and_the_first_key_encodes() -> None:
    rotated = PayloadEncryption(KeyRing.parse(f"{NEW},{OLD}"))

    assert decoded(rotated, *encoded(CODEC, CLEAR)) == [CLEAR]
    assert encoded(rotated, CLEAR)[0].metadata["encryption-key-id"] == b"new"


def test_a_key_that_was_dropped_is_refused() -> None:
    with pytest.raises(UnknownKeyError):
        decoded(PayloadEncryption(KeyRing.parse(NEW)), *encoded(CODEC, CLEAR))


def test_a_wrong_key_of_the_same_id_is_refused() -> None:
    with pytest.raises(RefusedError):
        decoded(PayloadEncryption(KeyRing.parse(new_key_ring("old"))), *encoded(CODEC, CLEAR))


@pytest.mark.parametrize(
    "clear",
    [
        CLEAR,
        Payload(data=CANARY.encode()),
        Payload(),
        Payload(metadata={"encoding": b"binary/null"}),
        Payload(metadata={"encoding": b"json/plain", "encryption-key-id": b"old"}, data=CANARY.encode()),
    ],
)
def test_a_payload_in_clear_is_refused_without_its_content(clear: Payload) -> None:
    with pytest.raises(RefusedError) as caught:
        decoded(CODEC, clear)

    assert CANARY not in repr(caught.value)


def test_one_payload_in_clear_among_encrypted_ones_is_refused() -> None:
    with pytest.raises(RefusedError):
        decoded(CODEC, *encoded(CODEC, CLEAR), CLEAR)


SEALED = encoded(CODEC, CLEAR)[0]


@given(position=st.integers(0, len(SEALED.data) - 1), change=st.integers(1, 255))
def test_a_payload_with_one_changed_byte_is_refused(position: int, change: int) -> None:
    data = bytearray(SEALED.data)
    data[position] ^= change

    with pytest.raises(RefusedError):
        decoded(CODEC, Payload(metadata=SEALED.metadata, data=bytes(data)))


@pytest.mark.parametrize("length", range(0, len(SEALED.data), 7))
def test_a_payload_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises(RefusedError):
        decoded(CODEC, Payload(metadata=SEALED.metadata, data=SEALED.data[:length]))


@pytest.mark.parametrize("key_id", [b"", b"older", b"\xff\xfe", CANARY.encode()])
def test_an_unknown_key_id_is_refused_without_being_repeated(key_id: bytes) -> None:
    renamed = Payload(
        metadata={"encoding": b"binary/encrypted", "encryption-key-id": key_id}, data=SEALED.data
    )

    with pytest.raises(UnknownKeyError) as caught:
        decoded(CODEC, renamed)

    assert CANARY not in str(caught.value)


def test_a_missing_key_id_is_refused() -> None:
    with pytest.raises(UnknownKeyError):
        decoded(CODEC, Payload(metadata={"encoding": b"binary/encrypted"}, data=SEALED.data))


def test_a_payload_renamed_to_another_key_id_is_refused() -> None:
    twice = PayloadEncryption(KeyRing.parse(f"{OLD},{OLD.replace('old', 'two')}"))
    metadata = {"encoding": b"binary/encrypted", "encryption-key-id": b"two"}

    with pytest.raises(RefusedError):
        decoded(twice, Payload(metadata=metadata, data=SEALED.data))


def test_sealed_data_that_is_no_payload_is_refused() -> None:
    key_id, key = KeyRing.parse(OLD).primary
    data = encrypt(key, b"\xff", b"acuerpa temporal payload 1:" + key_id.encode())

    with pytest.raises(RefusedError, match="not a payload"):
        decoded(CODEC, Payload(metadata=SEALED.metadata, data=data))
