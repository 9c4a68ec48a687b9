"""Attachments, threads and the way off a list, as the standard library's parser reads them back."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.base import Failure, Outbound, PermanentError
from channels.mime import Attachment, EmailContent, build_mail
from tests.integration.channels.mails import mail
from tests.integration.channels.test_built_mails import RELAY, unix_lines

PDF = Attachment("UA-2026-014-1.es.pdf", "application/pdf", b"%PDF-1.7\n\x00\xff\r\n.\r\n")
UNSUBSCRIBE = "https://acuerpa.example/u/abc_DEF-123"
IDS = st.lists(st.uuids(), min_size=1, max_size=12)


def built(**parts: object) -> EmailMessage:
    read = message_from_bytes(raw(**parts), policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def raw(**parts: object) -> bytes:
    message = mail()
    content = replace(message.content, **parts)  # type: ignore[arg-type]
    return build_mail(RELAY, Outbound[EmailContent](message.delivery_id, message.address, content))


def refused(**parts: object) -> Failure:
    with pytest.raises(PermanentError) as error:
        raw(**parts)
    return error.value.failure


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=3))
@example([b"\r\n.\r\nFrom x\n\x00"])
def test_attachments_are_read_back_beside_text_and_html(files: list[bytes]) -> None:
    attachments = tuple(Attachment(f"file-{n}.pdf", "application/pdf", data) for n, data in enumerate(files))
    read = built(attachments=attachments)
    assert read.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in read.iter_attachments()] == ["application/pdf"] * len(files)
    assert [part.get_content() for part in read.iter_attachments()] == files
    assert [part.get_filename() for part in read.iter_attachments()] == [one.name for one in attachments]
    for kind, written in (("plain", "Únanse."), ("html", "<p>Únanse.</p>")):
        body = read.get_body(preferencelist=(kind,))
        assert body is not None
        assert unix_lines(body.get_content()) == written


def test_a_mail_without_attachments_is_text_and_html_alone() -> None:
    assert built().get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "attachment",
    [
        replace(PDF, name='a.pdf"\r\nBcc: x@y.example'),
        replace(PDF, name="../../etc/passwd"),
        replace(PDF, name=".pdf"),
        replace(PDF, name="acción.pdf"),
        replace(PDF, media_type="application/pdf\r\nBcc: x@y.example"),
        replace(PDF, media_type="message/rfc822"),
        replace(PDF, media_type="pdf"),
    ],
)
def test_an_attachment_with_a_name_or_type_that_is_not_plain_is_refused(attachment: Attachment) -> None:
    assert refused(attachments=(attachment,)) is Failure.NOT_RENDERABLE


def test_an_attachment_does_not_show_its_bytes_where_it_is_printed() -> None:
    assert "PDF-1.7" not in repr(PDF)


@given(IDS)
def test_a_mail_follows_the_earlier_ones_by_their_message_ids(earlier: list[UUID]) -> None:
    read = built(references=tuple(earlier))
    assert read["In-Reply-To"] == f"<{earlier[-1]}@red.example>"
    assert read["References"].split() == [f"<{one}@red.example>" for one in earlier]


def test_what_a_mail_follows_is_the_message_id_of_that_mail() -> None:
    first = mail()
    before = message_from_bytes(build_mail(RELAY, first), policy=default)
    after = built(references=(first.delivery_id,))
    assert after["In-Reply-To"] == before["Message-ID"] == after["References"]


def test_a_first_mail_follows_none() -> None:
    read = built()
    assert "In-Reply-To" not in read
    assert "References" not in read


def test_a_mail_to_a_list_tells_how_to_leave_it_by_one_click() -> None:
    read = built(unsubscribe_url=UNSUBSCRIBE)
    assert read["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_offered_over_https_alone() -> None:
    read = built(unsubscribe_url="http://127.0.0.1:8000/u/abc")
    assert read["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/abc>"
    assert "List-Unsubscribe-Post" not in read


def test_a_mail_to_no_list_has_no_way_off_it() -> None:
    assert [name for name in built() if name.startswith("List-")] == []


@pytest.mark.parametrize(
    "address",
    [
        f"{UNSUBSCRIBE}>\r\nBcc: x@y.example",
        f"{UNSUBSCRIBE}>, <https://other.example/",
        f"{UNSUBSCRIBE} x",
        f"{UNSUBSCRIBE}ñ",
        "mailto:x@y.example",
        "javascript:alert(1)",
        f"https://a.example/{'a' * 2000}",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(address: str) -> None:
    assert refused(unsubscribe_url=address) is Failure.NOT_RENDERABLE


def test_a_line_stays_within_what_smtp_allows() -> None:
    ids = tuple(uuid4() for _ in range(30))
    long = f"https://acuerpa.example/u/{'a' * 700}"
    lines = raw(attachments=(PDF,), references=ids, unsubscribe_url=long).split(b"\r\n")
    assert max(map(len, lines)) <= 998
