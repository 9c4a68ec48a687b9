"""The way off the lists: only we make it, and nothing of it is stored."""

from base64 import urlsafe_b64encode
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from security.keys import decode_key, new_key
from security.unsubscribing import UnsubscribeLinks

KEY = decode_key(new_key())
LINKS = UnsubscribeLinks(KEY, "https://red.example/")


@given(st.uuids())
@example(UUID(int=0))
@example(UUID(int=2**128 - 1))
def test_a_link_leads_to_the_delivery_that_it_was_made_for(delivery_id: UUID) -> None:
    token = LINKS.token(delivery_id)
    assert LINKS.to(delivery_id, "es") == f"https://red.example/u/{token}?lang=es"
    assert LINKS.delivery_of(token) == delivery_id


@given(st.text(max_size=80))
@example("")
@example("A" * 64)
@example("ñ" * 64)
@example("A" * 63 + "=")
@example("A" * 10_000)
@example("\x00" * 64)
def test_what_we_did_not_make_leads_nowhere(token: str) -> None:
    assert LINKS.delivery_of(token) is None


def test_any_other_letter_anywhere_leads_nowhere() -> None:
    token = LINKS.token(uuid4())
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert LINKS.delivery_of(changed) is None


@pytest.mark.parametrize("added", ["=", "\n", " ", "%00"])
def test_there_is_one_way_to_write_a_token(added: str) -> None:
    token = LINKS.token(uuid4())
    assert LINKS.delivery_of(token + added) is None
    assert LINKS.delivery_of(token.replace("-", "+").replace("_", "/") + added) is None


def test_the_seal_of_another_delivery_or_key_does_not_fit() -> None:
    one, other = uuid4(), uuid4()
    assert LINKS.token(one)[:21] != LINKS.token(other)[:21]
    forged = urlsafe_b64encode(one.bytes + LINKS._seal(other.bytes)).decode()
    assert LINKS.delivery_of(forged) is None
    assert (
        UnsubscribeLinks(decode_key(new_key()), "https://red.example").delivery_of(LINKS.token(one)) is None
    )


def test_links_hold_as_long_as_the_key_and_whatever_the_address() -> None:
    delivery_id = uuid4()
    assert UnsubscribeLinks(KEY, "https://new.example").delivery_of(LINKS.token(delivery_id)) == delivery_id
