"""What stands in a message is read back by the standard library's parser as it was written, or refused."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.base import Failure, Outbound, PermanentError
from channels.mime import EmailContent, Relay, build_mail
from tests.integration.channels.mails import ANA, mail

RELAY = Relay(
    host="relay.example",
    port=25,
    security="none",
    sender="acuerpa@red.example",
    sender_name="Red Acuerpa",
    domain="red.example",
)
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
    "MIME-Version", "Content-Type",
}  # fmt: skip

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200)
broken_lines = st.sampled_from(["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])


def parsed(message: Outbound[EmailContent]) -> EmailMessage | None:
    """Build and parse a mail; None where it is refused."""
    try:
        raw = build_mail(RELAY, message)
    except PermanentError as error:
        verdict = error
        raw = b""
    if not raw:
        assert (verdict.failure, verdict.suppress) == (Failure.NOT_RENDERABLE, False)
        return None
    assert b"\x00" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    assert set(read.keys()) == HEADERS
    assert len(read.keys()) == len(HEADERS)
    return read


def one_space(text: str) -> str:
    return " ".join(text.split())


def unix_lines(text: str) -> str:
    return re.sub("\r\n|\r", "\n", text).removesuffix("\n")


@given(printable)
@example("a" * 1000)
@example("=?utf-8?q?no?=")
@example("Ñ" * 150)
def test_a_subject_is_read_back(subject: str) -> None:
    read = parsed(mail(subject=subject))
    assert read is not None
    assert one_space(str(read["Subject"])) == one_space(subject)


@given(printable)
@example('Ana "la bruja" O\'Ejemplo, (Red) <x@y.example>')
@example("Fiscalía; grupo: a@b.example,")
@example("=?utf-8?q?no?=")
@example("Ñ" * 150)
def test_a_name_is_read_back_and_stays_a_name(name: str) -> None:
    read = parsed(mail(name=name))
    assert read is not None
    header = read["To"]
    assert isinstance(header, AddressHeader)
    assert [address.addr_spec for address in header.addresses] == [ANA]
    # The parser of Python 3.11 puts a space between the encoded words of a long name, which RFC 2047 forbids.
    assert "".join(header.addresses[0].display_name.split()) == "".join(name.split())
    (raw,) = (value for key, value in read.raw_items() if key == "To")
    phrase, encoded = str(raw).rpartition("<")[0].strip(), str(raw).startswith("=?")
    if encoded:
        assert one_space(str(make_header(decode_header(phrase)))) == one_space(name)


@given(anything, anything)
@example("From x\n.\n..\n", "<p>\n.\n</p>")
@example("ñ" * 2000, "x" * 5000)
def test_text_and_html_are_read_back(text: str, html: str) -> None:
    read = parsed(mail(text=text, html=html))
    if read is None:
        assert "\x00" in text + html
        return
    for kind, written in (("plain", text), ("html", html)):
        part = read.get_body(preferencelist=(kind,))
        assert part is not None
        assert unix_lines(part.get_content()) == unix_lines(written)


@given(
    st.text(max_size=30), broken_lines, st.text(max_size=30), st.sampled_from(["subject", "name", "address"])
)
@example("Hola", "\r\n", "Bcc: x@y.example", "subject")
@example("Hola", "\n", "Bcc: x@y.example", "name")
@example("ana@partner.example", "\r\n", "Bcc: x@y.example", "address")
@example("ana@partner.example", "\r\n", "\r\nfalse body", "address")
def test_no_value_adds_a_header_or_a_recipient(before: str, line_break: str, after: str, part: str) -> None:
    value = before + line_break + after
    message = mail(value) if part == "address" else mail(**{part: value})
    read = parsed(message)
    if read is not None:
        assert part != "address"
        assert [address.addr_spec for address in read["To"].addresses] == [ANA]


@given(st.text(max_size=60))
@example("ana@partner.example, bea@partner.example")
@example("ana@partner.example <bea@partner.example>")
@example("ana")
@example("")
@example("aña@partner.example")
@example("ana@pañol.example")
@example('"a b"@partner.example')
@example("<ana@partner.example>")
@example("ana@partner.example\x00")
def test_an_address_is_the_one_recipient_or_is_refused(address: str) -> None:
    read = parsed(mail(address))
    if read is not None:
        assert [one.addr_spec for one in read["To"].addresses] == [address]
        assert address.isascii()


@pytest.mark.parametrize("part", ["subject", "name", "text", "html", "language"])
def test_nul_is_refused_wherever_it_stands(part: str) -> None:
    assert parsed(mail(**{part: "a\x00b"})) is None


def test_a_mail_without_a_name_names_the_address_alone() -> None:
    read = parsed(mail(name=None))
    assert read is not None
    assert str(read["To"]) == ANA
