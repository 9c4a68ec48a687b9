import io
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from security.logos import LARGEST_LOGO_BYTES, MOST_PIXELS, UnusableLogoError, clean_logo

CANARY = "canario-19.4326,-99.1332"


def picture(kind: str, size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    mode = "RGB" if kind == "JPEG" else "RGBA"
    written = io.BytesIO()
    Image.new(mode, size, (120, 40, 90)).save(written, kind, **options)
    return written.getvalue()


def with_a_place(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = CANARY
    exif.get_ifd(0x8825)[1] = CANARY
    return picture(kind, exif=exif.tobytes())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_small_png_without_metadata(kind: str) -> None:
    data = with_a_place(kind)
    assert CANARY.encode() in data
    logo = clean_logo(data)
    assert CANARY.encode() not in logo.png
    with Image.open(io.BytesIO(logo.png), formats=["PNG"]) as kept:
        assert kept.info == {}
        assert kept.size == (logo.width, logo.height) == (213, 160)
        assert kept.convert("RGB").getpixel((100, 80)) == pytest.approx((120, 40, 90), abs=6)


def test_a_small_logo_keeps_its_size() -> None:
    assert clean_logo(picture("PNG", (31, 7)))[1:] == (31, 7)


def test_a_picture_that_was_taken_sideways_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert clean_logo(picture("JPEG", (300, 100), exif=exif.tobytes()))[1:] == (53, 160)


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that says it has this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 6, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(99)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(4_001, 4_000), (MOST_PIXELS + 1, 1), (9_500, 9_500), (60_000, 60_000)])
def test_a_file_that_unfolds_into_gigabytes_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnusableLogoError) as refused:
        clean_logo(bomb(*size))
    assert refused.value.rule in {"must have at most 16 million pixels", "must be a picture"}


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("GIF"), picture("BMP", (9, 9))],
)
def test_only_the_three_formats_are_read(data: bytes) -> None:
    with pytest.raises(UnusableLogoError, match="must be a picture"):
        clean_logo(data)


def test_a_file_of_more_than_a_megabyte_is_refused() -> None:
    with pytest.raises(UnusableLogoError, match="at most 1 MB"):
        clean_logo(picture("PNG") + bytes(LARGEST_LOGO_BYTES))


@settings(deadline=None, max_examples=150)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]), place=st.integers(0, 2_000), damage=st.binary(max_size=9)
)
def test_a_damaged_picture_is_a_logo_or_refused(kind: str, place: int, damage: bytes) -> None:
    whole = picture(kind, (40, 20))
    try:
        logo = clean_logo(whole[:place] + damage + whole[place + len(damage) :])
    except UnusableLogoError:
        return
    assert logo.png.startswith(b"\x89PNG")
