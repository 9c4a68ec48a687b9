"""Letters as PDF, set by typst on the network's letterhead.

What a letter says reaches typst as one JSON text (`letter.typ`); how is in `templates/typesetting.py`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.support import Translations

from models.letters import Letter, Paper
from templates import catalogs
from templates.filters import FORMATS
from templates.markdown_tree import Node, plain_line, texts_of, to_tree
from templates.rendering import one_line
from templates.typesetting import Typesetter, UnsettableError

__all__ = ["LetterPress", "PrintedLetter", "UnsettableError", "file_name"]

_KEPT: Final = 64
_MANY: Final = 12
"""From so many signatories on, they stand in two columns."""


@dataclass(frozen=True)
class PrintedLetter:
    """A letter as it is printed, and all that a reader finds on it."""

    pdf: bytes = field(repr=False)
    text: str = field(repr=False)


class LetterPress:
    """Sets letters for one network. Letters that were set lately are kept, by what they say."""

    def __init__(
        self,
        network_name: str,
        default_language: str = "es",
        *,
        paper: Paper = "letter",
        logo: bytes | None = None,
        fonts: Path | None = None,
    ) -> None:
        """Take the letterhead: a PNG as logo, and a folder with further fonts."""
        self._network_name = network_name
        self._default_language = default_language
        self.typesetter = Typesetter(paper=paper, logo=logo, fonts=fonts)
        self._one_at_a_time = Lock()
        self._set = lru_cache(_KEPT)(self._set_anew)

    def printed(self, letter: Letter) -> PrintedLetter:
        """Set a letter; this takes some 70 ms where it was not set before.

        Raises:
            UnsettableError: it needs an alphabet that no font of ours has.
        """
        # Messages of one batch ask for the same letter at once: the first sets it.
        with self._one_at_a_time:
            return self._set(letter)

    def _set_anew(self, letter: Letter) -> PrintedLetter:
        self.typesetter.require_letters_of("".join(letter.texts()))
        content = self._content(letter)
        pdf = self.typesetter.set("letter/letter.typ", {"letter": content}, letter.dated)
        return PrintedLetter(pdf, _text_of(content))

    def _content(self, letter: Letter) -> dict[str, object]:
        language = catalogs.best_language(letter.language, self._default_language)
        words = catalogs.translations(language)
        tag = letter.language.split("-")
        notice = words.gettext("Notice %(index)s"), words.gettext("Urgent action %(index)s")
        return {
            "network": self._network_name,
            "language": tag[0],
            "region": tag[1] if len(tag) > 1 and tag[1].isalpha() else None,
            "index": letter.index,
            "reference": notice[not letter.is_notice] % {"index": letter.index},
            "date": _long_date(letter, language),
            "day": [letter.dated.year, letter.dated.month, letter.dated.day],
            "page": words.gettext("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
            "title": one_line(letter.headline),
            "addressee": [one_line(line) for line in letter.addressee.lines] if letter.addressee else [],
            "salutation": one_line(letter.addressee.salutation or "") if letter.addressee else "",
            "summary": one_line(letter.summary) if letter.summary != letter.headline else "",
            "body": to_tree(letter.body),
            "sections": _sections(letter, words, language, self._network_name),
        }


def file_name(letter: Letter) -> str:
    """Name the file of a letter, like `UA-2026-014-1.es.pdf`."""
    return f"{letter.index.replace('/', '-')}.{letter.language}.pdf"


def _sections(letter: Letter, words: Translations, language: str, network_name: str) -> list[Node]:
    numbered = [{"kind": "item", "parts": plain_line(demand)} for demand in letter.demands]
    demands = {"kind": "numbers", "tight": False, "start": 1, "parts": numbered}
    signed = [] if letter.is_notice else _signed_by(letter, words, language, network_name)
    return [
        *([_section(words.gettext("Background"), to_tree(letter.background))] if letter.background else []),
        *([_section(words.gettext("What we ask for"), [demands])] if letter.demands else []),
        *([_section(words.gettext("Signed by"), signed)] if signed else []),
        *([_identified(letter, words)] if letter.identified else []),
    ]


def _section(title: str, blocks: list[Node]) -> Node:
    return {"title": title, "blocks": blocks}


def _list(lines: list[str]) -> Node:
    return {
        "kind": "names" if len(lines) > _MANY else "bullets",
        "tight": True,
        "parts": [{"kind": "item", "parts": plain_line(one_line(line))} for line in lines],
    }


def _signed_by(letter: Letter, words: Translations, language: str, network_name: str) -> list[Node]:
    """Say who signs, in the words of the mails."""
    territories = Locale.parse(language, sep="-").territories
    names = [f"{name}, {territories.get(country, country)}" for name, country in letter.signatories]
    unnamed, total = letter.unnamed_signatories, letter.organisations
    if not names and not unnamed:
        names.append(network_name)
    counts: list[Node] = []
    if unnamed:
        counted = words.ngettext(
            "%(num)s organisation that signs without being named",
            "%(num)s organisations that sign without being named",
            unnamed,
        )
        counts += plain_line(counted % {"num": unnamed})
    if total > len(letter.signatories) + unnamed:
        counted = words.ngettext(
            "With the members of collectives: %(num)s organisation",
            "With the members of collectives: %(num)s organisations",
            total,
        )
        counts += plain_line(counted % {"num": total})
    return [*([_list(names)] if names else []), *counts]


def _identified(letter: Letter, words: Translations) -> Node:
    people = [
        f"{one.shown_as + ': ' if one.shown_as else ''}{one.name}{', ' + one.role if one.role else ''}"
        for one in letter.identified
    ]
    asked = words.gettext(
        "These names are for your office alone: please do not publish them or pass them on."
    )
    return _section(words.gettext("Who is meant"), [_list(people), *plain_line(asked)])


def _long_date(letter: Letter, language: str) -> str:
    locale = Locale.parse(FORMATS.get(language, language), sep="-")
    return format_date(letter.dated, "long", locale=locale)


def _text_of(content: dict[str, object]) -> str:
    """Write out what a reader finds on the paper, block by block."""
    lines: list[str] = []
    for name in ("reference", "date", "addressee", "title", "salutation", "summary", "body", "sections"):
        match content[name]:
            case str(line):
                lines.append(line)
            case list(parts):
                lines += _lines_of(parts)
    return "\n".join(lines)


def _lines_of(parts: list[object]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        match part:
            case str():
                lines.append(part)
            case {"title": str(title), "blocks": list(blocks)}:
                lines += [title, *texts_of(blocks)]
            case dict():
                lines += texts_of([part])
    return lines
