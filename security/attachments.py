"""What a file from outside is, by its content: names and headers of strangers say anything."""

from collections.abc import Callable
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from models.response_vocabulary import MEDIA_TYPES, AttachmentType

_MOST_ENTRIES: Final = 2_000
_WORD: Final = "word/document.xml"
_ODT: Final = MEDIA_TYPES[AttachmentType.ODT].encode()
_MACROS: Final = ("vbaproject.bin", "basic/", "scripts/")
_CONTROL: Final = frozenset(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D}


def type_of(content: bytes) -> AttachmentType | None:
    """Tell which of the allowed types a file is of; None where it is of none. Nothing is unpacked."""
    return next((kind for kind, is_one in _BY_CONTENT.items() if is_one(content)), None)


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def _is_docx(content: bytes) -> bool:
    names = _entries(content)
    return _WORD in names and "[content_types].xml" in names and not _has_macros(names)


def _is_odt(content: bytes) -> bool:
    """Look for the type where the format has it: in the first entry, which is not compressed."""
    return content[30:].startswith(b"mimetype" + _ODT) and not _has_macros(_entries(content))


def _entries(content: bytes) -> frozenset[str]:
    if not content.startswith(b"PK\x03\x04"):
        return frozenset()
    try:
        with ZipFile(BytesIO(content)) as packed:
            names = packed.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return frozenset()
    return frozenset(name.lower() for name in names) if len(names) <= _MOST_ENTRIES else frozenset()


def _has_macros(names: frozenset[str]) -> bool:
    return any(part in name for name in names for part in _MACROS)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return bool(content) and _CONTROL.isdisjoint(content)


_BY_CONTENT: Final[dict[AttachmentType, Callable[[bytes], bool]]] = {
    AttachmentType.PDF: _begins(b"%PDF-"),
    AttachmentType.PNG: _begins(b"\x89PNG\r\n\x1a\n"),
    AttachmentType.JPEG: _begins(b"\xff\xd8\xff"),
    AttachmentType.WEBP: _is_webp,
    AttachmentType.DOCX: _is_docx,
    AttachmentType.ODT: _is_odt,
    AttachmentType.TXT: _is_text,
}
