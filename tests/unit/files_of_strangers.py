"""Small files of the types that come with answers, and of types that do not."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from models.response_vocabulary import MEDIA_TYPES, AttachmentType

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
TXT = "Oficio 123: se recibió su carta.\r\n\tAtentamente".encode()


def packed(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    """Make a zip with entries of these names; the first one may have a content, uncompressed."""
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        if first:
            archive.writestr(ZipInfo(first[0]), first[1], ZIP_STORED)
        for name in names:
            archive.writestr(ZipInfo(name), "<x/>", ZIP_DEFLATED)
    return written.getvalue()


DOCX = packed("[Content_Types].xml", "_rels/.rels", "word/document.xml")
DOCM = packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
ODT_FIRST = ("mimetype", MEDIA_TYPES[AttachmentType.ODT].encode())
ODT = packed("content.xml", first=ODT_FIRST)
ODT_WITH_MACROS = packed("content.xml", "Basic/Standard/Module1.xml", first=ODT_FIRST)
