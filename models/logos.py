"""The network's logo: a small picture, checked before anything shows it."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

LARGEST_BYTES = 16 * 1024
"""What a page with a long statement leaves of 60 KB."""

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"


class LogoError(ValueError):
    """Say which rule a file breaks, and what to do."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(f"{rule}: {remedy}")
        self.rule = rule
        self.remedy = remedy


@dataclass(frozen=True)
class Logo:
    """A picture and its kind."""

    content: bytes
    media_type: str

    @cached_property
    def name(self) -> str:
        """Return a name that changes with the picture, so that browsers may keep it for good."""
        return f"{sha256(self.content).hexdigest()[:16]}.{self.media_type.partition('/')[2]}"


def read_logo(file: Path) -> Logo:
    """Read a PNG, JPEG or WebP picture. SVG is refused: browsers that are set to be careful do not show it.

    Raises:
        LogoError: there is no such file, it is too large, or no such picture.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
    except OSError:
        raise LogoError("is not a file that can be read", "name a PNG, JPEG or WebP file") from None
    if len(content) > LARGEST_BYTES:
        raise LogoError(
            f"is larger than {LARGEST_BYTES // 1024} KB", "save it smaller, 160 pixels high or less"
        )
    return Logo(content, _media_type(content))


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    raise LogoError("is not a PNG, JPEG or WebP picture", "save it as one of these")
