"""A mail from a mould is, to the byte, what building the whole makes, and is read back as it was meant."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markupsafe import escape

from channels.base import Outbound
from channels.mime import LONGEST_LINE, Attachment, EmailContent, build_mail
from channels.moulds import NAME, WAY_OFF, Mould
from tests.integration.channels.mails import ANA, mail
from tests.integration.channels.test_built_mails import RELAY

BOUNDARY = re.compile(rb"={15}\d+==")
URL = "https://red.example/u/" + "Ab_-9" * 9

anything = st.text(st.characters(exclude_categories=["Cs", "Co"]), max_size=150)
names = st.text(st.characters(exclude_categories=["Cs", "Co", "Cc", "Zl", "Zp"]), min_size=1, max_size=120)
texts = st.lists(st.sampled_from([NAME, WAY_OFF, "\n", " ", ".", "=", "ñ" * 30, "a" * 80]) | anything).map(
    "".join
)


def content(text: str, html: str) -> EmailContent:
    return EmailContent(recipient_name=None, subject="Hoy", text=text, html=html, language="es")


def moulded(shared: EmailContent, name: str, url: str) -> Outbound[EmailContent] | None:
    """Put the parts into a mould; None where it cannot be one."""
    try:
        body = Mould(shared).body({NAME: name, WAY_OFF: url})
    except ValueError:
        return None
    return replace(mail(), content=replace(shared, recipient_name=name, text="", html="", body=body))


def whole(shared: EmailContent, name: str, url: str) -> EmailContent:
    def put(text: str, first: str, second: str) -> str:
        return text.replace(NAME, first).replace(WAY_OFF, second)

    return replace(
        shared,
        recipient_name=name,
        text=put(shared.text, name, url),
        html=put(shared.html, str(escape(name)), str(escape(url))),
    )


def parsed(raw: bytes) -> EmailMessage:
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


@given(texts, texts, names)
@example(f"{NAME},\n", f"<p>{NAME},</p>", "=?utf-8?q?no?=")
@example(f"{NAME}\n.\n", f"<p>{NAME}</p>\n.\n", ".")
@example(f"From {NAME}", NAME, "From x")
@example(f"{'x' * 70}{NAME}{'y' * 70}", f"{'ñ' * 70}{NAME}", "Ñandú ✊ " * 12)
@example(f"{NAME}  \n", f"<b>{NAME}</b> \n", "<script>&\"'")
@example(f"{NAME} {WAY_OFF}", f'<a href="{WAY_OFF}">{NAME}</a>', "\u202eodnum le\u202c مرحبا 👩🏾‍🚒")
def test_a_mould_makes_the_very_bytes_that_the_whole_would_have(text: str, html: str, name: str) -> None:
    shared = content(text, html)
    made = moulded(shared, name, URL)
    assume(made is not None)
    assert made is not None
    assert made.content.body is not None
    one_by_one = replace(made, content=whole(shared, name, URL))
    ours, theirs = (
        BOUNDARY.sub(b"", re.sub(rb"Date: [^\r]*", b"", build_mail(RELAY, one))) for one in (made, one_by_one)
    )
    assert ours == theirs
    assert max(map(len, made.content.body.split(b"\r\n"))) <= max(LONGEST_LINE, 200)


@given(names)
@example("Ana\u202e")
@example("." * 80)
@example("=" * 80)
def test_parts_are_read_back_and_lines_stay_short(name: str) -> None:
    made = moulded(
        content(f"Querida {NAME}:\n.\n{WAY_OFF}\n", f"<p>{NAME}</p><a href='{WAY_OFF}'>x</a>"), name, URL
    )
    assert made is not None
    raw = build_mail(RELAY, made)
    read = parsed(raw)
    plain = read.get_body(preferencelist=("plain",))
    marked = read.get_body(preferencelist=("html",))
    assert plain is not None
    assert marked is not None
    assert plain.get_content().split("\r\n")[:3] == [f"Querida {name}:", ".", URL]
    assert marked.get_content() == f"<p>{escape(name)}</p><a href='{URL}'>x</a>\r\n"
    assert [one.addr_spec for one in read["To"].addresses] == [ANA]
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= LONGEST_LINE


@pytest.mark.parametrize(
    "line_break", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00", "\x1c"]
)
def test_no_part_brings_a_line_of_its_own(line_break: str) -> None:
    mould = Mould(content(f"{NAME},\n", f"<p>{NAME}</p>"))
    with pytest.raises(ValueError, match="one line"):
        mould.body({NAME: f"Ana{line_break}Bcc: x@y.example", WAY_OFF: ""})


def test_one_mould_serves_many_and_keeps_attachments() -> None:
    shared = replace(
        content(f"{NAME}\n", f"<p>{NAME}</p>"),
        attachments=(Attachment("UA-2026-014-1.es.pdf", "application/pdf", b"%PDF-1.7\n" * 50),),
    )
    mould = Mould(shared)
    for name in ("Ana", "Beatriz"):
        made = replace(mail(), content=replace(shared, body=mould.body({NAME: name, WAY_OFF: ""})))
        read = parsed(build_mail(RELAY, made))
        body = read.get_body(preferencelist=("plain",))
        assert body is not None
        assert body.get_content() == f"{name}\r\n"
        assert [one.get_content() for one in read.iter_attachments()] == [b"%PDF-1.7\n" * 50]
