"""Fit a text message into as few segments as its words allow (3GPP TS 23.038)."""

import unicodedata

GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_SEGMENT = 160
UNICODE_SEGMENT = 70
PLAIN_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("\u00ab\u00bb\u201c\u201d", '"'),  # quotation marks
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u2013\u2014", "-"),  # dashes
        "\u2026": "...",
    }
)


def fewest_segments(text: str) -> str:
    """Keep the spelling where it fits one segment, else drop accents where that makes one of several."""
    one_line = " ".join(text.split())
    if len(one_line.encode("utf-16-be")) <= 2 * UNICODE_SEGMENT:
        return one_line
    folded = "".join(map(_in_gsm_alphabet, one_line.translate(PLAIN_PUNCTUATION)))
    fits = len(folded) <= GSM_SEGMENT and GSM_ALPHABET.issuperset(folded)
    return folded if fits else one_line


def _in_gsm_alphabet(character: str) -> str:
    if character in GSM_ALPHABET:
        return character
    letters = unicodedata.normalize("NFKD", character)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
