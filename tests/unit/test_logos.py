"""The network's logo: which pictures are taken, and what is said of the others."""

from pathlib import Path

import pytest

from models.logos import JPEG, LARGEST_BYTES, PNG, WEBP, LogoError, read_logo

BEGINNINGS = {
    PNG: b"\x89PNG\r\n\x1a\n",
    JPEG: b"\xff\xd8\xff\xe0",
    WEBP: b"RIFF\x24\x00\x00\x00WEBPVP8 ",
}
NO_PICTURES = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "gif": b"GIF89a",
    "page": b"<!doctype html><script>alert(1)</script>",
    "wave": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "svg named png": b"\n\x89PNG\r\n\x1a\n",
}


def file_of(folder: Path, content: bytes) -> Path:
    file = folder / "logo.png"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("media_type", BEGINNINGS)
def test_a_picture_is_known_by_its_content_whatever_its_name(tmp_path: Path, media_type: str) -> None:
    logo = read_logo(file_of(tmp_path, BEGINNINGS[media_type]))
    assert logo.media_type == media_type
    assert logo.content == BEGINNINGS[media_type]
    assert logo.name.endswith(f".{media_type.removeprefix('image/')}")


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(LogoError, match="save it as one of these") as refused:
        read_logo(file_of(tmp_path, content))
    assert str(tmp_path) not in str(refused.value)


def test_a_picture_fills_the_space_that_a_page_leaves_it_and_no_more(tmp_path: Path) -> None:
    largest = BEGINNINGS[PNG].ljust(LARGEST_BYTES, b"\0")
    assert read_logo(file_of(tmp_path, largest)).content == largest
    with pytest.raises(LogoError, match="larger than 16 KB"):
        read_logo(file_of(tmp_path, largest + b"\0"))


@pytest.mark.parametrize("name", ["none.png", "."])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LogoError, match="not a file that can be read"):
        read_logo(tmp_path / name)


def test_the_name_changes_with_the_picture(tmp_path: Path) -> None:
    names = {read_logo(file_of(tmp_path, BEGINNINGS[PNG] + more)).name for more in (b"", b"\0")}
    assert len(names) == 2
