"""Characters that look like Latin letters: folded to what a reader takes them for.

After the confusables of Unicode Technical Standard 39, as far as common fonts have them. Compatibility
forms (full width, mathematical, circled) need no row: NFKD takes them apart.
"""

# ruff: noqa: RUF001 - look-alikes are what this table is of

from typing import Final


def _pairs(look_alikes: str, letters: str) -> dict[str, str]:
    return dict(zip(look_alikes.split(), letters.split(), strict=True))


_CYRILLIC = _pairs(
    "а в е з һ і ј к ӏ м н о п р с т у х ѕ ԁ ԛ ԝ ѵ ь г ҽ ґ є ө ү ԍ ѡ",
    "a b e z h i j k l m h o n p c t y x s d q w v b r e r e o y g w",
)
_LATIN = _pairs(
    "ɑ ɡ ı ȷ ɩ ʟ ɴ ʀ ᴀ ʙ ᴄ ᴅ ᴇ ꜰ ɢ ʜ ɪ ᴊ ᴋ ᴍ ᴏ ᴘ ꜱ ᴛ ᴜ ᴠ ᴡ ʏ ᴢ ø ł đ ħ ŧ ð æ œ ŋ ə ɛ ɔ ƒ ɓ ƙ ƴ ɫ ꞁ ǝ ɐ",
    "a g i j i l n r a b c d e f g h i j k m o p s t u v w y z o l d h t d ae oe n e e o f b k y l l e a",
)
_ARMENIAN = _pairs("օ ս հ ց զ յ ո ռ", "o u h g q j n n")
_CHEROKEE = _pairs("Ꭺ Ᏼ Ꮯ Ꭰ Ꭼ Ꮐ Ꮋ Ꭵ Ꮖ Ꭻ Ꮶ Ꮮ Ꮇ Ꮲ Ꮢ Ꮪ Ꭲ Ꮩ Ꮃ Ꮓ", "a b c d e g h i i j k l m p r s t v w z")
_LISU = _pairs(
    "ꓐ ꓑ ꓒ ꓓ ꓔ ꓖ ꓗ ꓙ ꓚ ꓜ ꓝ ꓟ ꓠ ꓡ ꓢ ꓣ ꓦ ꓧ ꓪ ꓫ ꓬ ꓮ ꓰ ꓲ ꓳ ꓴ",
    "b p d d t g k j c z f m n l s r v h w x y a e i o u",
)


def _alphabet(first: int) -> dict[str, str]:
    return {chr(first + place): chr(ord("a") + place) for place in range(26)}


_EMBLEMS = _alphabet(0x1F150) | _alphabet(0x1F170) | _alphabet(0x1F1E6)

LOOK_ALIKES: Final = _CYRILLIC | _LATIN | _ARMENIAN | _CHEROKEE | _LISU | _EMBLEMS
"""By case-folded character; also applied to the secrets, so that names in those alphabets stay comparable."""

_GREEK = _pairs(
    "Α Β Ε Ζ Η Ι Κ Μ Ν Ο Ρ Τ Υ Χ α β γ ε ζ η ι κ μ ν ο ρ σ ς τ υ χ ω",
    "a b e z h i k m n o p t y x a b y e z n i k u v o p o s t u x w",
)
_LEET = _pairs(
    "0 1 2 3 4 5 6 7 8 9 @ $ ! | € £ ¡ + ¢ §",
    "o i z e a s g t b g a s i i e l i t c s",
)

ODD: Final = _GREEK | _LEET | {"I": "i", "l": "i"}
"""By character as written; read so only where the rest of the word is the name's; a skeleton has i for l."""

SPELLINGS: Final = (("m", "rn"), ("w", "vv"), ("d", "cl"))
"""A letter, and two that look like it."""

DIGIT_LOOK_ALIKES: Final = {"o": "0", "l": "1", "i": "1", "s": "5", "b": "8", "z": "2"}
"""By folded letter, within a number."""

APOSTROPHES: Final = frozenset("'’‘ʼʻʹʽʾʿˈ´′＇ꞌ")
HYPHENS: Final = frozenset("-‐‑‒–—−﹘﹣－¬=")
STOPS: Final = frozenset(".!?…;:¿¡。！？•‣▪")
PUNCTUATION: Final = frozenset(',()[]{}"«»“”„‹›<>、，&/\\')
