"""Files from outside are what their content says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.response_vocabulary import MEDIA_TYPES, AttachmentType
from security.attachments import type_of
from tests.unit import files_of_strangers as files


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.PDF, AttachmentType.PDF),
        (files.PNG, AttachmentType.PNG),
        (files.JPEG, AttachmentType.JPEG),
        (files.WEBP, AttachmentType.WEBP),
        (files.DOCX, AttachmentType.DOCX),
        (files.ODT, AttachmentType.ODT),
        (files.TXT, AttachmentType.TXT),
    ],
)
def test_each_type_is_told_by_its_content(content: bytes, kind: AttachmentType) -> None:
    assert type_of(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
        files.DOCM,
        files.ODT_WITH_MACROS,
        files.packed("evil.exe"),
        files.packed("word/document.xml"),
        files.DOCX[:40],
        b"PK\x03\x04" + b"\x00" * 60,
        b" " + files.PNG,
        "latin-1: recibió".encode("latin-1"),
        b"text with a NUL\x00",
        b"\x1b[31mred",
    ],
)
def test_programs_macros_archives_and_damaged_files_are_of_no_type(content: bytes) -> None:
    assert type_of(content) is None


def test_an_archive_of_thousands_of_entries_is_of_no_type() -> None:
    names = (f"word/{number}.xml" for number in range(2_001))
    assert type_of(files.packed("[Content_Types].xml", "word/document.xml", *names)) is None


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_whatever_the_content_nothing_is_raised(content: bytes) -> None:
    assert type_of(content) in {None, *AttachmentType}


def test_every_type_has_its_name_in_http() -> None:
    assert set(MEDIA_TYPES) == set(AttachmentType)
