"""Count the segments of a text message.

3GPP TS 23.038, section 6.2: the GSM 7 bit default alphabet and its extension table, else UCS-2. TS 23.040,
section 9.2.3.24: each segment of a longer message gives 6 of its 140 octets to the number that joins them.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

GSM_ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""Each of these takes two septets, of which the first is the escape."""


class Encoding(StrEnum):
    """How the letters of a message are written on the way."""

    GSM_7 = "gsm_7"
    """Seven bits each, those of the extension table fourteen."""
    UCS_2 = "ucs_2"
    """Sixteen bits each, those beyond the basic plane thirty-two."""


_SINGLE: Final = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_PART: Final = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


class Length(NamedTuple):
    """What a text takes: `units` are septets or UTF-16 code units, before they are divided."""

    encoding: Encoding
    units: int
    segments: int


def length(text: str) -> Length:
    """Measure a text; no escape and no surrogate pair is divided between two segments."""
    is_gsm = all(letter in GSM_ALPHABET or letter in GSM_EXTENSION for letter in text)
    encoding = Encoding.GSM_7 if is_gsm else Encoding.UCS_2
    widths = [_width(letter, encoding) for letter in text]
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return Length(encoding, units, 1)
    return Length(encoding, units, _parts(widths, _PART[encoding]))


def _width(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return 2 if letter in GSM_EXTENSION else 1
    return 2 if ord(letter) > 0xFFFF else 1  # noqa: PLR2004 - the last of the basic plane


def _parts(widths: Iterable[int], room: int) -> int:
    parts, left = 1, room
    for width in widths:
        if width > left:
            parts, left = parts + 1, room
        left -= width
    return parts
