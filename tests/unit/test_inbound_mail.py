"""Mails that come in: what they are about, by their headers, and what is read of them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inbound_mail import read_headers, read_mail

DOMAIN = "red.example"
FIRST = UUID("3b7c1c7a-7a0e-4a53-9f0e-6f2f6b2f7c11")
SECOND = UUID("3b7c1c7a-7a0e-4a53-9f0e-6f2f6b2f7c12")
PLAIN = (
    f"From: Fiscalía <Oficialia@FGE.example>\r\nTo: red@red.example\r\nSubject: Re: oficio\r\n"
    f"In-Reply-To: <{SECOND}@red.example>\r\nReferences: <{FIRST}@red.example> <x@y.example>\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nRecibimos su carta.\r\n"
).encode()


def test_a_mail_answers_the_newest_of_our_messages_that_it_names_first() -> None:
    mail = read_headers(PLAIN, DOMAIN)
    assert mail.delivery_ids == (SECOND, FIRST)
    assert (mail.sender, mail.automatic, mail.reference) == ("oficialia@fge.example", False, None)


def test_ids_of_another_domain_are_none_of_ours() -> None:
    assert read_headers(PLAIN, "other.example").delivery_ids == ()


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: RE: ua-2026-014/1 oficio",
        b"To: respuestas+UA-2026-014@red.example",
        b"Delivered-To: ua-2026-014@red.example",
    ],
)
def test_an_action_is_named_in_the_subject_or_in_the_address(head: bytes) -> None:
    assert read_headers(head + b"\r\n\r\nUA-2026-999", DOMAIN).reference == "UA-2026-014"


def test_what_the_text_names_counts_for_nothing() -> None:
    assert read_headers(b"Subject: oficio\r\n\r\nUA-2026-014", DOMAIN).reference is None


@pytest.mark.parametrize(
    ("field", "automatic"),
    [
        (b"Auto-Submitted: auto-replied", True),
        (b"Auto-Submitted: auto-generated; owner=x", True),
        (b"Auto-Submitted: no", False),
        (b"Precedence: bulk", True),
        (b"Precedence: normal", False),
        (b"X-Autoreply: yes", True),
        (b"Return-Path: <>", True),
        (b"Return-Path: <a@b.example>", False),
        (b"Content-Type: multipart/report; boundary=x", True),
        (b"Subject: Fuera de la oficina", False),
    ],
)
def test_what_a_machine_wrote_says_so(field: bytes, automatic: bool) -> None:  # noqa: FBT001 - one of the two
    assert read_headers(field + b"\r\n\r\nx", DOMAIN).automatic is automatic


def test_a_mail_is_read_as_plain_text_with_the_names_of_its_attachments() -> None:
    raw = (
        b"From: Fiscalia <a@fge.example>\nSubject: =?utf-8?q?Oficio_n=C3=BAmero_1?=\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n"
        b"<p>Recibimos <b>su carta</b>.</p><script>alert(1)</script>\n--x\n"
        b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=oficio.pdf\n\n"
        b"%PDF\n--x--\n"
    )
    mail = read_mail(raw)
    assert mail.subject == "Oficio número 1"
    assert "Recibimos" in mail.text
    assert "<" not in mail.text
    assert mail.attachments == ("oficio.pdf",)
    assert read_mail(PLAIN).text.strip() == "Recibimos su carta."


def test_a_mail_that_would_keep_the_parser_busy_is_not_parsed() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(30))
    assert read_mail(b"Subject: x\n" + nested).text == ""


@given(st.binary(max_size=600))
def test_whatever_comes_in_nothing_is_raised(raw: bytes) -> None:
    read_headers(raw, DOMAIN)
    read_headers(PLAIN.replace(b"oficio", raw), DOMAIN)
    read_mail(raw)
