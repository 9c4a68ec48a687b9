import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.fingerprints import AddressFingerprint

FINGERPRINT = AddressFingerprint(secrets.token_bytes(32))


@pytest.mark.parametrize(
    ("channel", "spellings"),
    [
        ("email", ["ana@red.example", " Ana@RED.example\n", "ANA@RED.EXAMPLE"]),
        ("email", ["josé@red.example", "jose\u0301@red.example", "JOSÉ@red.example"]),
        ("email", ["strasse@red.example", "STRASSE@red.example", "straße@red.example"]),
        ("sms", ["+525512345678", "+52 55 1234 5678", "+52 (55) 1234-5678", "٥٢٥٥١٢٣٤٥٦٧٨"]),
        ("partner_api", ["https://api.example/Hook", " https://api.example/Hook "]),
    ],
)
def test_spellings_of_one_address_have_one_fingerprint(channel: str, spellings: list[str]) -> None:
    assert len({FINGERPRINT.of(channel, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("channel", "address", "other"),
    [
        ("email", "ana@red.example", "ana@red.example.net"),
        ("email", "ana@red.example", "a.na@red.example"),
        ("sms", "+525512345678", "+525512345679"),
        ("partner_api", "https://api.example/Hook", "https://api.example/hook"),
    ],
)
def test_different_addresses_have_different_fingerprints(channel: str, address: str, other: str) -> None:
    assert FINGERPRINT.of(channel, address) != FINGERPRINT.of(channel, other)


def test_the_channel_is_part_of_the_fingerprint() -> None:
    assert FINGERPRINT.of("email", "525512345678") != FINGERPRINT.of("sms", "525512345678")


@given(address=st.emails())
def test_a_fingerprint_depends_on_the_key_and_has_32_bytes(address: str) -> None:
    mine = FINGERPRINT.of("email", address)

    assert len(mine) == 32
    assert mine != AddressFingerprint(secrets.token_bytes(32)).of("email", address)


@given(address=st.emails())
def test_the_case_of_an_email_address_makes_no_difference(address: str) -> None:
    spellings = (address, address.lower(), address.upper())

    assert len({FINGERPRINT.of("email", spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("channel", "address"), [("email", " "), ("sms", "+"), ("sms", "no digits"), ("letter", "")]
)
def test_an_address_with_nothing_in_it_is_refused(channel: str, address: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        FINGERPRINT.of(channel, address)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AddressFingerprint(b"k" * length)
