"""Reading mails that came back, hostile ones among them."""

import time
from base64 import encodebytes
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bounce_mail import LARGEST_BOUNCE_BYTES, Bounce, read_bounce
from models.delivery_receipts import ReceiptKind
from tests.unit.bounce_mails import ADDRESS, DOMAIN, HERS, bounce, returned, status

GONE = Bounce(HERS, ReceiptKind.HARD_BOUNCE, frozenset({ADDRESS}))


def read(raw: bytes) -> Bounce | None:
    return read_bounce(raw, DOMAIN)


def test_the_message_is_known_by_the_id_of_the_mail_that_is_returned() -> None:
    assert read(bounce()) == GONE


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/global"])
def test_it_may_be_returned_whole_or_by_its_headers(kind: str) -> None:
    assert read(bounce(original_type=kind)) == GONE


def test_headers_may_be_returned_in_base64() -> None:
    headers = encodebytes(returned().encode()).decode()
    kind = "text/rfc822-headers\r\nContent-Transfer-Encoding: base64"
    assert read(bounce(original=headers, original_type=kind)) == GONE


@pytest.mark.parametrize(
    ("envelope", "top"),
    [
        (f"Original-Envelope-Id: {HERS}\r\n", ""),
        (f"Original-Envelope-Id: {HERS}@{DOMAIN}\r\n", ""),
        ("", f"In-Reply-To: <{HERS}@{DOMAIN}>\r\n"),
        ("", f"References: <other@x.example>\r\n <{HERS}@{DOMAIN}>\r\n"),
    ],
)
def test_without_it_the_envelope_or_the_thread_will_do(envelope: str, top: str) -> None:
    assert read(bounce(original="", envelope=envelope, top=top)) == GONE


@pytest.mark.parametrize(
    "raw",
    [
        bounce(original=""),
        bounce(original=returned(domain="other.example")),
        bounce(original="Message-ID: <1@red.example>\r\n\r\n"),
        bounce(original=f"Subject: <{HERS}@{DOMAIN}>\r\n\r\n"),
        bounce(kind="multipart/mixed"),
        bounce(status("abducted")),
        returned().encode(),
        b"",
        b"\0" * 100,
    ],
    ids=range(9),
)
def test_what_names_no_message_of_ours_is_passed_over(raw: bytes) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("action", "code", "kind"),
    [
        ("failed", "5.2.2", ReceiptKind.SOFT_BOUNCE),
        ("delayed", "4.4.7", ReceiptKind.DEFERRED),
        ("delivered", "2.0.0", ReceiptKind.DELIVERED),
        ("FAILED (bad destination mailbox)", "5.1.1", ReceiptKind.HARD_BOUNCE),
    ],
)
def test_what_became_of_it_is_read_by_its_fields(action: str, code: str, kind: ReceiptKind) -> None:
    found = read(bounce(status(action, code, diagnostic="")))
    assert found is not None
    assert found.kind is kind


def test_of_several_recipients_the_worst_counts_and_only_they_are_named() -> None:
    raw = bounce(status("delivered", "2.0.0", "a@x.example"), status(recipient="<b@x.example>"))
    assert read(raw) == Bounce(HERS, ReceiptKind.HARD_BOUNCE, frozenset({"b@x.example"}))


def test_a_complaint_is_read_whose_report_returns_the_mail() -> None:
    said = "Feedback-Type: abuse\r\nVersion: 1\r\n"
    raw = bounce(said, kind="multipart/report; report-type=feedback-report")
    complaint = raw.replace(b"message/delivery-status", b"message/feedback-report").replace(
        b"Reporting-MTA: dns; relay.example\r\n\r\n", b""
    )
    assert read(complaint) == Bounce(HERS, ReceiptKind.COMPLAINED)
    assert read(complaint.replace(b"abuse", b"not-spam")) is None


def test_a_status_within_the_returned_mail_counts_for_nothing() -> None:
    inner = bounce(original=returned(UUID(int=7))).decode().replace("frontera", "inner")
    assert read(bounce(original=inner)) is None


def test_a_mail_that_is_returned_whole_and_long_is_read_by_its_start() -> None:
    raw = bounce(original=returned(body="x" * 100 + "\r\n" + "largo\r\n" * 500_000))
    assert len(raw) > LARGEST_BOUNCE_BYTES
    assert read(raw) == GONE


def _nested(depth: int) -> bytes:
    opened = (f'Content-Type: multipart/report; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return "".join(opened).encode() + b"\n" * 200_000


HOSTILE = {
    "deep": _nested(1_000),
    "as deep as may be": _nested(20),
    "unknown charset": bounce(original_type='text/rfc822-headers; charset="klingon"'),
    "broken charset": bounce().replace(b"charset=utf-8", b"charset*0*=x'y'%ZZ; charset*1=\xff"),
    "eight bits": bounce(
        top="Subject: \udcff\udcfe\r\n".encode("utf-8", "surrogateescape").decode("latin-1")
    ),
    "one long line": b"Content-Type: multipart/report" + b";a=b" * 200_000,
    "many blocks": bounce(*[status()] * 3_000),
    "many fields": bounce("X: y\r\n" * 40_000),
    "endless parameter": bounce(kind="multipart/report; " + "a*" * 20_000 + "=1"),
    "no end": bounce()[:-40],
    "bare returns": bounce().replace(b"\r\n", b"\r"),
    "nul": bounce().replace(b"It did", b"\0\0\0"),
    "wrong base64": bounce(
        original="%%%", original_type="text/rfc822-headers\r\nContent-Transfer-Encoding: base64"
    ),
    "long recipient": bounce(status(recipient="x" * 5_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_mail_raises_or_takes_long(name: str) -> None:
    started = time.process_time()
    found = read(HOSTILE[name])
    assert time.process_time() - started < 5
    assert found is None or found.delivery_id == HERS


@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 600))
def test_whatever_is_changed_in_a_bounce_nothing_is_raised_and_no_other_message_is_named(
    noise: bytes, start: int, length: int
) -> None:
    raw = bounce()
    found = read(raw[:start] + noise + raw[start + length :])
    assert found is None or found.delivery_id == HERS
