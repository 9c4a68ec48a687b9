import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.keys import KeyFormatError, KeyRing, UnknownKeyError, decode_key, new_key, new_key_ring

CANARY = "Canary-5521"
KEY = new_key()
OTHER_KEY = new_key()

keys = st.binary(min_size=32, max_size=32)
key_ids = st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True)


@given(key=keys)
def test_a_key_is_read_in_both_alphabets_with_or_without_padding(key: bytes) -> None:
    written = base64.standard_b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()

    assert {decode_key(text) for text in (*written, *(text.rstrip("=") for text in written))} == {key}


@given(entries=st.lists(st.tuples(key_ids, keys), min_size=1, max_size=5, unique_by=lambda entry: entry[0]))
def test_a_written_ring_is_read_back_in_its_order(entries: list[tuple[str, bytes]]) -> None:
    text = ",".join(f"{key_id}:{base64.urlsafe_b64encode(key).decode()}" for key_id, key in entries)

    ring = KeyRing.parse(text)

    assert ring.primary == entries[0]
    assert [ring.key(key_id) for key_id, _ in entries] == [key for _, key in entries]


def test_a_new_ring_holds_one_key_that_no_other_ring_has() -> None:
    first, second = KeyRing.parse(new_key_ring("2026")), KeyRing.parse(new_key_ring("2026"))

    assert first.primary[0] == "2026"
    assert len(first.primary[1]) == 32
    assert first.primary[1] != second.primary[1]


def test_space_around_entries_is_ignored() -> None:
    assert KeyRing.parse(f" a:{KEY} , b:{OTHER_KEY}\n").key("b") == decode_key(OTHER_KEY)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "id:base64url"),
        (CANARY, "id:base64url"),
        (f"a:{KEY},", "id:base64url"),
        (f":{KEY}", "key id"),
        (f"{CANARY} {CANARY}:{KEY}", "key id"),
        (f"{'a' * 33}:{KEY}", "key id"),
        (f"ñ:{KEY}", "key id"),
        (f"a:{CANARY}", "32 bytes"),
        ("a:", "32 bytes"),
        (f"a:{KEY}AAAA", "32 bytes"),
        (f"a:{KEY[:-5]}", "32 bytes"),
        (f"a:{KEY[:20]}!{KEY[20:]}", "32 bytes"),
        (f"a:ñ{KEY}", "32 bytes"),
        (f"a:{KEY},a:{OTHER_KEY}", "differ"),
    ],
    ids=itertools.count(),  # the keys in the texts are new in every test process
)
def test_a_wrong_ring_is_refused_by_rule_without_its_text(text: str, rule: str) -> None:
    with pytest.raises(KeyFormatError, match=rule) as caught:
        KeyRing.parse(text)

    assert CANARY not in str(caught.value)
    assert KEY[:10] not in str(caught.value)


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(KeyFormatError, match="at least one"):
        KeyRing(())


def test_a_new_ring_refuses_a_wrong_key_id() -> None:
    with pytest.raises(KeyFormatError, match="key id"):
        new_key_ring("a:b")


def test_an_unknown_key_id_is_refused_without_being_repeated() -> None:
    with pytest.raises(UnknownKeyError) as caught:
        KeyRing.parse(f"a:{KEY}").key(CANARY)

    assert CANARY not in str(caught.value)


def test_keys_do_not_show_in_the_printed_ring() -> None:
    ring = KeyRing.parse(f"a:{KEY}")

    assert repr(ring) == "KeyRing()"
    assert repr(decode_key(KEY)) not in str(ring)
