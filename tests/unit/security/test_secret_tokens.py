import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from security.tokens import new_api_key, new_token, token_hash


def test_a_token_is_256_bits_that_are_safe_in_a_url() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_token())


def test_tokens_are_never_alike() -> None:
    assert len({new_token() for _ in range(1_000)}) == 1_000


def test_an_api_key_is_a_token_with_the_projects_prefix() -> None:
    assert re.fullmatch(r"acu_[A-Za-z0-9_-]{43}", new_api_key())


def test_a_token_hash_is_its_sha_256() -> None:
    assert token_hash("a token") == hashlib.sha256(b"a token").digest()


@given(text=st.text(st.characters(codec=None, categories=None)), other=st.text())
def test_any_text_of_a_stranger_is_hashed_and_differs_from_others(text: str, other: str) -> None:
    assert len(token_hash(text)) == 32
    assert (token_hash(text) == token_hash(other)) == (text == other)
