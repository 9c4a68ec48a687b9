"""Logos from strangers: decoded, and written anew, so that nothing but the picture is kept."""

from io import BytesIO
from typing import Final, NamedTuple

from PIL import Image, ImageOps

LARGEST_LOGO_BYTES: Final = 1024 * 1024
LARGEST_LOGO: Final = (320, 160)
"""Pixels of width and height."""
MOST_PIXELS: Final = 16_000_000
"""Of the picture as it is handed in: a small file can unfold into gigabytes."""
FORMATS: Final = ("PNG", "JPEG", "WEBP")


class Logo(NamedTuple):
    """A logo as it is kept."""

    png: bytes
    width: int
    height: int


class UnusableLogoError(Exception):
    """Say which rule a picture breaks, and what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.remedy = remedy


def clean_logo(data: bytes) -> Logo:
    """Return a picture as a small PNG without metadata, such as the place where it was taken.

    Raises:
        UnusableLogoError: it is too large, or no picture that we read.
    """
    if len(data) > LARGEST_LOGO_BYTES:
        raise UnusableLogoError("must have at most 1 MB", "Save it smaller.")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            size = picture.width * picture.height
            png = _written_anew(picture) if size <= MOST_PIXELS else None
    except Exception:  # noqa: BLE001 - decoders raise whatever a hostile file brings about
        raise UnusableLogoError("must be a picture", "Send it as PNG, JPEG or WebP.") from None
    if png is None:
        raise UnusableLogoError("must have at most 16 million pixels", "Save it smaller.")
    return png


def _written_anew(picture: Image.Image) -> Logo:
    picture.draft("RGB", (2 * LARGEST_LOGO[0], 2 * LARGEST_LOGO[1]))
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(LARGEST_LOGO)
    bare = Image.frombytes("RGBA", upright.size, upright.tobytes())
    written = BytesIO()
    bare.save(written, "PNG", optimize=True)
    return Logo(written.getvalue(), *bare.size)
